import os
import sqlite3

DB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "receipts.db")
UPLOAD_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uploads")


def connect():
    db = sqlite3.connect(DB)
    db.execute("CREATE TABLE IF NOT EXISTS receipts (id INTEGER PRIMARY KEY, who TEXT, shop TEXT, total REAL, items TEXT)")
    return db


def keep_file(upload):
    os.makedirs(UPLOAD_FOLDER, exist_ok=True)
    path = os.path.join(UPLOAD_FOLDER, upload.name)
    with open(path, "wb") as f:
        f.write(upload.getbuffer())
    return path


def save(who, shop, total, items):
    with connect() as db:
        db.execute("INSERT INTO receipts (who, shop, total, items) VALUES (?, ?, ?, ?)", (who, shop, total, items))


def search(shop):
    with connect() as db:
        return db.execute(f"SELECT who, shop, total, items FROM receipts WHERE shop LIKE '%{shop}%'").fetchall()
