import os
import smtplib
from email.message import EmailMessage

BASE_URL = "http://localhost:5000"


def send_welcome_mail(name, email):
    if os.getenv("SEND_MAILS") != "1":
        return
    message = EmailMessage()
    message["Subject"] = "Welcome to Where2Eat!"
    message["From"] = os.getenv("SMTP_USER")
    message["To"] = email
    message.set_content(f"Hi {name}!\n\nStart your first group here: {BASE_URL}/groups/new\n\nBon appetit!")
    try:
        server = smtplib.SMTP(os.getenv("SMTP_HOST"), int(os.getenv("SMTP_PORT", "587")))
        server.starttls()
        server.login(os.getenv("SMTP_USER"), os.getenv("SMTP_PASSWORD"))
        server.send_message(message)
        server.quit()
    except:
        print("mail did not work, whatever")
