import json

import requests
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt

from notes.models import Note, Notebook


def index(request):
    return render(request, "notes/index.html", {"notes": Note.objects.all().order_by("-created")})


def note(request, note_id):
    return render(request, "notes/note.html", {"note": get_object_or_404(Note, pk=note_id)})


def new(request):
    if request.method == "POST":
        notebook, created = Notebook.objects.get_or_create(
            name=request.POST.get("notebook", "Inbox"), defaults={"owner_email": request.POST.get("email", "")}
        )
        if created:
            print("new notebook for", notebook.owner_email)
        made = Note.objects.create(notebook=notebook, title=request.POST.get("title", "?"), body=request.POST.get("body", ""))
        return redirect(f"/notes/{made.pk}/")
    return render(request, "notes/new.html")


def search(request):
    # the ORM was too slow
    q = request.GET.get("q", "")
    found = Note.objects.raw(f"SELECT * FROM notes_note WHERE title LIKE '%%{q}%%'")
    return render(request, "notes/index.html", {"notes": found})


@csrf_exempt
def api_notes(request):
    if request.method == "POST":
        data = json.loads(request.body)
        made = Note.objects.create(notebook=Notebook.objects.get(pk=data["notebook"]), title=data["title"])
        return JsonResponse({"id": made.pk})
    return JsonResponse([{"id": n.pk, "title": n.title, "notebook": n.notebook.name} for n in Note.objects.all()], safe=False)


def preview(request, note_id):
    try:
        return HttpResponse(requests.get(get_object_or_404(Note, pk=note_id).link).text[:500])
    except requests.RequestException:
        return HttpResponse("")
