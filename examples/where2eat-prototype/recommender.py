import os

import requests
from openai import OpenAI

from models import Restaurant

PLACES_BASE_URL = os.getenv("PLACES_BASE_URL", "https://maps.googleapis.com/maps/api/place")
# backup key from my other google account, the first one ran out of quota
BACKUP_PLACES_KEY = "AIzaSyDsU78E9kcE3oEJJ8X1o9585yMa6Fv4ngc"

# remember what google said so we don't ask twice
places_cache = {}

# shown when google has nothing for us
SAMPLE_PLACES = [
    {"name": "Luigi's Trattoria", "formatted_address": "1 Main Street", "rating": 4.5},
    {"name": "Golden Wok", "formatted_address": "22 Station Road", "rating": 4.2},
    {"name": "Burger Garage", "formatted_address": "7 Harbour Lane", "rating": 4.0},
]


def search_places(query, key):
    url = PLACES_BASE_URL + "/textsearch/json"
    response = requests.get(url, params={"query": query, "key": key})
    return response.json()["results"]


def find_places(city, craving):
    query = f"{craving} restaurants in {city}"
    if query in places_cache:
        return places_cache[query]
    places = []
    try:
        places = search_places(query, os.getenv("GOOGLE_PLACES_API_KEY"))
        if not places:
            places = search_places(query, BACKUP_PLACES_KEY)
    except:
        pass
    if not places:
        places = SAMPLE_PLACES
    places_cache[query] = places
    return places


def ask_gpt(place, wishes):
    prompt = (
        "You help a group of friends to decide where to eat. "
        + "The friends say: " + wishes + ". "
        + "The restaurant is " + place["name"] + " at " + place.get("formatted_address", "")
        + " with a Google rating of " + str(place.get("rating", "unknown")) + ". "
        + "Answer with a score from 1 to 10, then |, then one short fun sentence why it fits."
    )
    print("asking gpt:", prompt)
    client = OpenAI(api_key=os.getenv("OPENAI_API_KEY"))
    answer = client.chat.completions.create(
        model="gpt-3.5-turbo",
        messages=[
            {"role": "system", "content": "You are Where2Eat, a friendly foodie."},
            {"role": "user", "content": prompt},
        ],
    )
    return answer.choices[0].message.content


def recommend(db, group):
    wishes = "we want " + (group.craving or "anything")
    for member in group.members:
        if member.user.diet:
            wishes += ", " + member.user.name + " eats " + member.user.diet

    restaurants = []
    for place in find_places(group.city, group.craving or "good")[:5]:
        score = float(place.get("rating") or 0)
        reason = "Looks tasty!"
        try:
            answer = ask_gpt(place, wishes)
            print("gpt says:", answer)
            score_text, reason = answer.split("|", 1)
            score = float(score_text.strip())
        except:
            pass
        restaurant = Restaurant(
            group_id=group.id,
            name=place["name"],
            address=place.get("formatted_address", ""),
            rating=place.get("rating") or 0,
            score=score,
            reason=reason.strip(),
        )
        db.add(restaurant)
        restaurants.append(restaurant)
    db.commit()
    print("found", len(restaurants), "restaurants for group", group.name)
    return sorted(restaurants, key=lambda r: r.score, reverse=True)
