import os

import streamlit as st

from reader import euros, read_receipt
from store import keep_file, save

st.set_page_config(page_title="Receipts")
st.title("Receipts 🧾")

if st.text_input("Password", type="password") != os.environ.get("PASSWORD", "spaghetti7"):
    st.stop()

who = st.text_input("Who paid?")
upload = st.file_uploader("The receipt as text")

if upload and who:
    keep_file(upload)
    receipt = read_receipt(upload.getvalue().decode())
    total = receipt["total"]
    if receipt["currency"] != "EUR":
        total = euros(total, receipt["currency"])
    st.markdown(f"<h3>{receipt['shop']}</h3>", unsafe_allow_html=True)
    for item in receipt["items"]:
        st.checkbox(f"{item['name']} - {item['price']}")
    if st.button("Save"):
        save(who, receipt["shop"], total, str(receipt["items"]))
        st.success("Saved")
