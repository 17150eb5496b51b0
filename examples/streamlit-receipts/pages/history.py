import streamlit as st

from store import search

st.title("What we bought")
shop = st.text_input("Shop")
for who, shop, total, items in search(shop):
    st.markdown(f"**{who}** paid {total} at {shop}: <small>{items}</small>", unsafe_allow_html=True)
