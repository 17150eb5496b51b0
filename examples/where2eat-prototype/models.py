import os
from datetime import datetime

from dotenv import load_dotenv
from sqlalchemy import Column, DateTime, Float, ForeignKey, Integer, String, Text, create_engine
from sqlalchemy.orm import declarative_base, relationship, sessionmaker

load_dotenv()

DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///where2eat.db")
# newer sqlalchemy picks another postgres driver, so say which one we installed
DATABASE_URL = DATABASE_URL.replace("postgres://", "postgresql://")
DATABASE_URL = DATABASE_URL.replace("postgresql://", "postgresql+psycopg2://")

# it stopped answering after a while ("QueuePool limit reached"), bigger pool fixed it
engine = create_engine(DATABASE_URL, pool_size=50, max_overflow=100)
Session = sessionmaker(bind=engine)
Base = declarative_base()


class User(Base):
    __tablename__ = "users"

    id = Column(Integer, primary_key=True)
    name = Column(String(80))
    email = Column(String(200), unique=True)
    password = Column(String(200))
    diet = Column(String(200), default="")
    created_at = Column(DateTime, default=datetime.now)


class Group(Base):
    __tablename__ = "friend_groups"

    id = Column(Integer, primary_key=True)
    name = Column(String(100))
    city = Column(String(100))
    craving = Column(String(200), default="")
    description = Column(Text, default="")
    code = Column(String(120))
    owner_id = Column(Integer, ForeignKey("users.id"))
    created_at = Column(DateTime, default=datetime.now)

    members = relationship("Member", back_populates="group")
    restaurants = relationship("Restaurant", back_populates="group", order_by="Restaurant.id")


class Member(Base):
    __tablename__ = "members"

    id = Column(Integer, primary_key=True)
    group_id = Column(Integer, ForeignKey("friend_groups.id"))
    user_id = Column(Integer, ForeignKey("users.id"))

    group = relationship("Group", back_populates="members")
    user = relationship("User")


class Restaurant(Base):
    __tablename__ = "restaurants"

    id = Column(Integer, primary_key=True)
    group_id = Column(Integer, ForeignKey("friend_groups.id"))
    name = Column(String(200))
    address = Column(String(300))
    rating = Column(Float, default=0)
    score = Column(Float, default=0)
    reason = Column(Text, default="")
    photo = Column(String(300))

    group = relationship("Group", back_populates="restaurants")
    votes = relationship("Vote", back_populates="restaurant")

    def to_dict(self):
        return {
            "id": self.id,
            "name": self.name,
            "address": self.address,
            "rating": self.rating,
            "score": self.score,
            "reason": self.reason,
            "photo": self.photo,
            "votes": len(self.votes),
            "voters": [vote.user.name for vote in self.votes if vote.user],
        }


class Vote(Base):
    __tablename__ = "votes"

    id = Column(Integer, primary_key=True)
    group_id = Column(Integer, ForeignKey("friend_groups.id"))
    restaurant_id = Column(Integer, ForeignKey("restaurants.id"))
    user_id = Column(Integer, ForeignKey("users.id"))

    restaurant = relationship("Restaurant", back_populates="votes")
    user = relationship("User")


# creates the tables the first time
try:
    Base.metadata.create_all(engine)
except Exception as e:
    print("could not create tables, is the database running?", e)
