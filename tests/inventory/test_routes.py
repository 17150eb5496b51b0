from __future__ import annotations

from prodify.inventory import Inventory

from .conftest import Repo


def rows(inv: Inventory) -> list[tuple[str, str, str | None]]:
    return [(",".join(r.methods), r.path, r.handler) for r in inv.routes]


def test_flask_blueprints_registered_elsewhere(repo: Repo) -> None:
    inv = repo(
        {
            "shop/__init__.py": """
            from flask import Flask
            def create_app():
                app = Flask(__name__)
                from .api import api as api_blueprint
                app.register_blueprint(api_blueprint, url_prefix="/api/v1")
                from .pages import pages
                app.register_blueprint(pages)
                return app
            """,
            "shop/api/__init__.py": "from flask import Blueprint\napi = Blueprint('api', __name__, url_prefix='/ignored')\n"
            "from . import users\n",
            "shop/api/users.py": "from . import api\n\n@api.route('/users/<int:id>', methods=['PUT', 'GET'])\ndef user(id):\n"
            "    return ''\n",
            "shop/pages.py": "from flask import Blueprint\npages = Blueprint('pages', __name__, url_prefix='/p')\n\n@pages.get('/')\n"
            "def home():\n    return ''\n",
        }
    )
    assert rows(inv) == [("GET,PUT", "/api/v1/users/<int:id>", "user"), ("GET", "/p/", "home")]
    assert {r.framework for r in inv.routes} == {"flask"}
    assert inv.routes[0].location.path == "shop/api/users.py"


def test_add_url_rule_and_several_decorators(repo: Repo) -> None:
    inv = repo(
        {
            "app.py": """
            from flask import Flask
            app = Flask(__name__)
            @app.route("/a")
            @app.route("/b", methods=["POST"])
            def both():
                return ""
            def late():
                return ""
            app.add_url_rule("/late", view_func=late, methods=("DELETE",))
            @app.errorhandler(404)
            def missing(e):
                return ""
            """,
        }
    )
    assert rows(inv) == [("GET", "/a", "both"), ("POST", "/b", "both"), ("DELETE", "/late", "late")]


def test_fastapi_router_prefixes_add_up(repo: Repo) -> None:
    inv = repo(
        {
            "main.py": "from fastapi import FastAPI\nfrom routers import users\napp = FastAPI()\n"
            "app.include_router(users.router, prefix='/api')\n",
            "routers/users.py": """
            from fastapi import APIRouter
            router = APIRouter(prefix="/users")
            @router.get("/{id}")
            async def one(id: int): ...
            @router.post("")
            async def make(): ...
            @router.websocket("/live")
            async def live(ws): ...
            """,
        }
    )
    assert rows(inv) == [("GET", "/api/users/{id}", "one"), ("POST", "/api/users", "make"), ("WEBSOCKET", "/api/users/live", "live")]


def test_django_includes_and_methods(repo: Repo) -> None:
    inv = repo(
        {
            "site/urls.py": "from django.urls import include, path\n"
            "urlpatterns = [path('blog/', include('blog.urls')), path('v/', include([path('x/', f)]))]\n",
            "blog/urls.py": """
            from django.urls import path, re_path
            from . import views
            urlpatterns = [
                path("", views.PostListView.as_view()),
                re_path(r"^new/$", views.create),
                path("api/", views.listing),
            ]
            """,
            "blog/views.py": """
            from rest_framework.decorators import api_view
            def create(request):
                if request.method == "POST":
                    pass
            @api_view(["GET", "DELETE"])
            def listing(request):
                pass
            """,
        }
    )
    assert rows(inv) == [
        ("GET", "/blog/", "PostListView"),
        ("GET,POST", "/blog/new/", "create"),
        ("DELETE,GET", "/blog/api/", "listing"),
        ("GET", "/v/x/", "f"),
    ]


def test_aiohttp_and_starlette_tables(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": "from aiohttp import web\napp = web.Application()\napp.add_routes([web.get('/x', handler)])\n"
            "app.router.add_post('/y', save)\n",
            "b.py": """
            from starlette.applications import Starlette
            from starlette.routing import Mount, Route
            app = Starlette(routes=[Route("/home", home), Mount("/api", routes=[
                Route("/items", items, methods=["POST"]),
            ])])
            """,
        }
    )
    assert ("GET", "/x", "handler") in rows(inv)
    assert ("POST", "/y", "save") in rows(inv)
    assert ("POST", "/api/items", "items") in rows(inv)


def test_calls_that_only_look_like_routes(repo: Repo) -> None:
    inv = repo(
        {
            "client.py": "import requests\nrequests.get('/x')\nd = {}\nd.get('/y')\n",
            "q.py": "class T:\n    @property\n    def get(self):\n        return 1\n",
        }
    )
    assert rows(inv) == []


def test_routes_of_tests_and_examples_are_left_out(repo: Repo) -> None:
    code = "from flask import Flask\napp = Flask(__name__)\n@app.get('/x')\ndef x():\n    return ''\n"
    assert rows(repo({"tests/app.py": code, "examples/app.py": code})) == []


def test_express_routers_mounted_through_files(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": '{"name": "x", "private": true, "dependencies": {"express": "5"}, "main": "server.js"}',
            "server.js": "import express from 'express'\nimport routes from './routes.js'\nconst app = express()\n"
            "app.use('/api', routes)\napp.listen(1234)\n",
            "routes.js": "import { Router } from 'express'\nimport users from './users/users.js'\nconst r = Router()\n"
            "r.use('/users', users)\nexport default r\n",
            "users/users.js": "import express from 'express'\nconst router = express.Router()\nrouter.get('/:id', show)\n"
            "router.post('/', auth, create)\nexport default router\n",
        }
    )
    assert rows(inv) == [("GET", "/api/users/:id", "show"), ("POST", "/api/users/", "create")]


def test_nest_controllers(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": '{"name": "x", "private": true, "dependencies": {"@nestjs/core": "11"}}',
            "src/main.ts": "const app = await NestFactory.create(M)\nawait app.listen(3333)\n",
            "src/cats.controller.ts": "@Controller('cats')\nexport class C {\n  @Get(':id')\n  one() {}\n\n  @Post()\n"
            "  async make() {}\n}\n",
        }
    )
    assert rows(inv) == [("GET", "/cats/:id", "one"), ("POST", "/cats", "make")]
    assert inv.components[0].port == 3333


def test_next_route_handlers_are_files(repo: Repo) -> None:
    inv = repo(
        {
            "package.json": '{"name": "x", "private": true, "dependencies": {"next": "16"}, "scripts": {"dev": "next dev"}}',
            "src/app/(shop)/api/items/[id]/route.ts": "export async function GET() {}\nexport const DELETE = async () => {}\n",
        }
    )
    assert rows(inv) == [("DELETE,GET", "/api/items/[id]", None)]


def test_go_groups_handed_to_functions(repo: Repo) -> None:
    inv = repo(
        {
            "go.mod": "module x\ngo 1.24\n",
            "main.go": """
            package main
            import "github.com/gin-gonic/gin"
            func main() {
                r := gin.Default()
                v1 := r.Group("/api")
                Users(v1.Group("/users"))
                r.GET("/ping", pong)
                r.Run()
            }
            """,
            "users.go": 'package main\nimport "github.com/gin-gonic/gin"\nfunc Users(g *gin.RouterGroup) {\n\tg.POST("/login", Login)\n}\n',
        }
    )
    assert rows(inv) == [("GET", "/ping", "pong"), ("POST", "/api/users/login", "Login")]


def test_axum_nesting(repo: Repo) -> None:
    inv = repo(
        {
            "Cargo.toml": '[package]\nname = "x"\n[dependencies]\naxum = "0.8"\n',
            "src/main.rs": "use axum::Router;\nfn main() {\n"
            '    let app = Router::new().route("/", get(root)).nest("/api", items::routes());\n}\n',
            "src/items.rs": 'use axum::Router;\npub fn routes() -> Router {\n    Router::new().route("/items", get(list).post(make))\n}\n',
        }
    )
    assert rows(inv) == [("GET", "/api/items", "list"), ("POST", "/api/items", "make"), ("GET", "/", "root")]


def test_annotations_of_spring_and_aspnet_and_tables_of_rails_and_laravel(repo: Repo) -> None:
    inv = repo(
        {
            "J.java": '@RestController\n@RequestMapping("/api")\nclass J {\n  @GetMapping("/a/{id}")\n  String a() { return ""; }\n}\n',
            "P/P.cs": '[Route("api/[controller]")]\npublic class UsersController {\n  [HttpPost("new")]\n  public void Make() {}\n}\n',
            "config/routes.rb": "Rails.application.routes.draw do\n  namespace :api do\n    resources :posts\n  end\n"
            "  get '/ping', to: 'health#ping'\nend\n",
            "routes/web.php": "<?php\nRoute::post('/orders', [OrderController::class, 'store']);\n",
        }
    )
    found = {(m, p) for m, p, _ in rows(inv)}
    assert {
        ("GET", "/api/a/{id}"),
        ("POST", "/api/users/new"),
        ("GET,POST", "/api/posts"),
        ("DELETE,GET,PATCH", "/api/posts/:id"),
        ("GET", "/ping"),
        ("POST", "/orders"),
    } <= found


def test_component_of_a_route(repo: Repo) -> None:
    inv = repo(
        {
            "a/requirements.txt": "flask\n",
            "a/app.py": "from flask import Flask\napp = Flask('a')\n@app.get('/a')\ndef a(): ...\n",
            "b/requirements.txt": "flask\n",
            "b/app.py": "from flask import Flask\napp = Flask('b')\n@app.get('/b')\ndef b(): ...\n",
        }
    )
    assert [(r.component, r.path) for r in inv.routes] == [("a", "/a"), ("b", "/b")]
