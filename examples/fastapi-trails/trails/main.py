import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from trails.database import Base, engine
from trails.routes import router

app = FastAPI(title="Trails", debug=True)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"])
app.include_router(router)


@app.on_event("startup")
async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@app.get("/")
async def index():
    return {"hello": "hiker", "docs": "/docs"}


if __name__ == "__main__":
    uvicorn.run("trails.main:app", host="0.0.0.0", port=8000, reload=True)
