from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select, text

from trails.advice import packing_list
from trails.database import get_db
from trails.models import Report, Trail
from trails.schemas import NewReport, NewTrail
from trails.weather import forecast

router = APIRouter(prefix="/api")


@router.get("/trails")
async def list_trails(db=Depends(get_db)):
    return (await db.scalars(select(Trail))).all()


@router.post("/trails", status_code=201)
async def add_trail(new: NewTrail, db=Depends(get_db)):
    trail = Trail(**new.model_dump())
    db.add(trail)
    await db.commit()
    return trail


@router.get("/trails/{trail_id}")
async def one_trail(trail_id: int, db=Depends(get_db)):
    trail = await db.get(Trail, trail_id)
    if trail is None:
        raise HTTPException(404, "no such trail")
    reports = await db.scalars(select(Report).where(Report.trail_id == trail_id))
    return {"trail": trail, "reports": reports.all()}


@router.delete("/trails/{trail_id}")
async def delete_trail(trail_id: int, db=Depends(get_db)):
    await db.execute(text(f"DELETE FROM reports WHERE trail_id = {trail_id}"))
    await db.execute(text(f"DELETE FROM trails WHERE id = {trail_id}"))
    await db.commit()
    return {"ok": True}


@router.post("/trails/{trail_id}/reports", status_code=201)
async def add_report(trail_id: int, new: NewReport, db=Depends(get_db)):
    report = Report(trail_id=trail_id, email=new.email, text=new.text)
    db.add(report)
    await db.commit()
    print("new report from", new.email)
    return {"id": report.id}


@router.get("/search")
async def search(q: str, db=Depends(get_db)):
    rows = await db.execute(text(f"SELECT id, name, region FROM trails WHERE name LIKE '%{q}%'"))
    return [dict(row._mapping) for row in rows]


@router.get("/trails/{trail_id}/plan")
async def plan(trail_id: int, db=Depends(get_db)):
    trail = await db.get(Trail, trail_id)
    try:
        weather = await forecast(trail.latitude, trail.longitude)
    except Exception:
        weather = None
    return {"trail": trail.name, "weather": weather, "pack": await packing_list(trail, weather)}
