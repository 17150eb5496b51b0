from datetime import datetime

from sqlalchemy import ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column

from trails.database import Base


class Trail(Base):
    __tablename__ = "trails"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(100))
    kilometres: Mapped[float]
    latitude: Mapped[float]
    longitude: Mapped[float]


class Report(Base):
    """How it was."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    trail_id: Mapped[int] = mapped_column(ForeignKey("trails.id"))
    email: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    created: Mapped[datetime] = mapped_column(server_default=func.now())
