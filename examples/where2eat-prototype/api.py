from flask import Blueprint, jsonify, request, session

from models import Group, Restaurant, Session, Vote
from recommender import recommend

api = Blueprint("api", __name__, url_prefix="/api")


@api.route("/groups/<int:group_id>")
def api_group(group_id):
    db = Session()
    group = db.get(Group, group_id)
    if group is None:
        return jsonify({"error": "group not found"}), 404
    return jsonify({
        "id": group.id,
        "name": group.name,
        "city": group.city,
        "craving": group.craving,
        "description": group.description,
        "code": group.code,
        "members": [{"id": m.user.id, "name": m.user.name, "email": m.user.email} for m in group.members],
        "restaurants": [r.to_dict() for r in group.restaurants],
    })


@api.route("/groups/<int:group_id>/recommend", methods=["POST"])
def api_recommend(group_id):
    db = Session()
    group = db.get(Group, group_id)
    if group is None:
        return jsonify({"error": "group not found"}), 404
    data = request.get_json(silent=True) or {}
    if data.get("craving"):
        group.craving = data["craving"]
    restaurants = recommend(db, group)
    return jsonify([r.to_dict() for r in restaurants])


@api.route("/groups/<int:group_id>/vote", methods=["POST"])
def api_vote(group_id):
    db = Session()
    data = request.get_json(silent=True) or request.form
    user_id = session.get("user_id") or data.get("user_id")
    if not user_id or not data.get("restaurant_id"):
        return jsonify({"error": "need a user and a restaurant_id"}), 400
    # everybody has one vote per group, voting again moves it
    vote = db.query(Vote).filter_by(group_id=group_id, user_id=int(user_id)).first()
    if vote is None:
        vote = Vote(group_id=group_id, user_id=int(user_id))
        db.add(vote)
    vote.restaurant_id = int(data["restaurant_id"])
    db.commit()
    return jsonify({"ok": True, "restaurant_id": vote.restaurant_id})


@api.route("/groups/<int:group_id>/results")
def api_results(group_id):
    return jsonify(get_results(group_id))


def get_results(group_id):
    db = Session()
    restaurants = db.query(Restaurant).filter_by(group_id=group_id).all()
    results = [r.to_dict() for r in restaurants]
    db.close()
    results.sort(key=lambda r: (-r["votes"], -r["score"], r["name"]))
    return results
