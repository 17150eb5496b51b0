from django.urls import path

from notes import views

urlpatterns = [
    path("", views.index),
    path("notes/<int:note_id>/", views.note),
    path("notes/new/", views.new),
    path("search/", views.search),
    path("api/notes/", views.api_notes),
    path("notes/<int:note_id>/preview/", views.preview),
]
