from django.db import models


class Notebook(models.Model):
    name = models.CharField(max_length=80, unique=True)
    owner_email = models.EmailField()


class Note(models.Model):
    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.URLField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
