import hashlib
import os

from flask import Flask, abort, flash, redirect, render_template, request, send_from_directory, session
from flask_cors import CORS
from sqlalchemy import text

from api import api, get_results
from mailer import send_welcome_mail
from models import Group, Member, Restaurant, Session, User
from recommender import recommend

app = Flask(__name__)
app.secret_key = os.getenv("SECRET_KEY", "supersecretkey")
CORS(app, origins="*")
app.register_blueprint(api)

UPLOAD_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uploads")
SHARE_URL = "http://localhost:5000/join/"


def hash_password(password):
    return hashlib.md5(password.encode()).hexdigest()


@app.context_processor
def inject_user():
    return {"user_name": session.get("user_name")}


@app.route("/")
def index():
    groups = []
    if session.get("user_id"):
        db = Session()
        for member in db.query(Member).filter_by(user_id=session["user_id"]).all():
            groups.append(db.get(Group, member.group_id))
    return render_template("index.html", groups=groups)


@app.route("/signup", methods=["GET", "POST"])
def signup():
    if request.method == "POST":
        db = Session()
        name = request.form.get("name", "")
        email = request.form.get("email", "").lower()
        password = request.form.get("password", "")
        if not email or not password:
            flash("Please fill in e-mail and password")
            return render_template("signup.html"), 400
        if db.query(User).filter_by(email=email).first():
            flash("This e-mail is already taken")
            return render_template("signup.html"), 400
        user = User(
            name=name or email.split("@")[0],
            email=email,
            password=hash_password(password),
            diet=request.form.get("diet", ""),
        )
        db.add(user)
        db.commit()
        print("new user signed up:", email)
        send_welcome_mail(user.name, email)
        flash("Welcome! You can log in now")
        return redirect("/login")
    return render_template("signup.html")


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        db = Session()
        email = request.form.get("email", "").lower()
        user = db.query(User).filter_by(email=email, password=hash_password(request.form.get("password", ""))).first()
        if user is None:
            print("wrong login for", email)
            flash("Wrong e-mail or password")
            return render_template("login.html"), 401
        session["user_id"] = user.id
        session["user_name"] = user.name
        return redirect(request.args.get("next") or "/")
    return render_template("login.html")


@app.route("/logout")
def logout():
    session.clear()
    return redirect("/")


@app.route("/groups/new", methods=["GET", "POST"])
def new_group():
    if not session.get("user_id"):
        return redirect("/login?next=/groups/new")
    if request.method == "POST":
        db = Session()
        group = Group(
            name=request.form["name"],
            city=request.form["city"],
            craving=request.form.get("craving", ""),
            description=request.form.get("description", ""),
            owner_id=session["user_id"],
        )
        db.add(group)
        db.flush()
        # easy to remember code for the invite link
        group.code = group.name.lower().replace(" ", "-") + "-" + str(group.id)
        db.add(Member(group_id=group.id, user_id=session["user_id"]))
        db.commit()
        print("group created", group.name, group.code)
        return redirect(f"/groups/{group.id}")
    return render_template("new_group.html")


@app.route("/join/<code>")
def join_group(code):
    if not session.get("user_id"):
        return redirect("/login?next=/join/" + code)
    db = Session()
    group = db.query(Group).filter_by(code=code).first()
    if group is None:
        abort(404)
    if not db.query(Member).filter_by(group_id=group.id, user_id=session["user_id"]).first():
        db.add(Member(group_id=group.id, user_id=session["user_id"]))
        db.commit()
    return redirect(f"/groups/{group.id}")


@app.route("/groups/<int:group_id>")
def show_group(group_id):
    db = Session()
    group = db.get(Group, group_id)
    if group is None:
        abort(404)
    return render_template("group.html", group=group, share_url=SHARE_URL + (group.code or ""))


@app.route("/groups/<int:group_id>/recommend")
def recommend_page(group_id):
    db = Session()
    group = db.get(Group, group_id)
    if group is None:
        abort(404)
    restaurants = recommend(db, group)
    return render_template("recommend.html", group=group, restaurants=restaurants)


@app.route("/groups/<int:group_id>/results")
def results_page(group_id):
    db = Session()
    group = db.get(Group, group_id)
    if group is None:
        abort(404)
    return render_template("results.html", group=group, results=get_results(group_id))


@app.route("/search")
def search():
    q = request.args.get("q", "")
    rows = []
    if q:
        db = Session()
        sql = f"SELECT id, group_id, name, address, rating FROM restaurants WHERE LOWER(name) LIKE '%{q.lower()}%' ORDER BY name"
        rows = db.execute(text(sql)).fetchall()
        print("search for", q, "found", len(rows))
    return render_template("search.html", q=q, rows=rows)


@app.route("/restaurants/<int:restaurant_id>/photo", methods=["POST"])
def upload_photo(restaurant_id):
    db = Session()
    restaurant = db.get(Restaurant, restaurant_id)
    if restaurant is None:
        abort(404)
    photo = request.files.get("photo")
    if photo is None or photo.filename == "":
        flash("No photo selected")
        return redirect(f"/groups/{restaurant.group_id}")
    os.makedirs(UPLOAD_FOLDER, exist_ok=True)
    photo.save(os.path.join(UPLOAD_FOLDER, photo.filename))
    restaurant.photo = photo.filename
    db.commit()
    return redirect(f"/groups/{restaurant.group_id}")


@app.route("/uploads/<filename>")
def uploaded_file(filename):
    return send_from_directory(UPLOAD_FOLDER, filename)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000, debug=True)
