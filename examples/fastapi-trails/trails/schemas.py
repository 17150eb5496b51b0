from pydantic import BaseModel


class NewTrail(BaseModel):
    name: str
    region: str
    kilometres: float
    latitude: float
    longitude: float


class NewReport(BaseModel):
    email: str
    text: str
