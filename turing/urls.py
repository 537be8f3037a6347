from django.urls import path

from . import views_design, views_reader, views_results, views_study

app_name = "turing"
urlpatterns = [
    path("studies/", views_study.index, name="list"),
    path("studies/new/", views_study.new, name="new"),
    path("studies/<int:pk>/", views_study.detail, name="detail"),
    path("studies/<int:pk>/edit/", views_study.edit, name="edit"),
    path("studies/designs/", views_design.designs, name="designs"),
    path("studies/<int:pk>/design/", views_design.design, name="design"),
    path("studies/<int:pk>/design.json", views_design.design_file, name="design_file"),
    path("studies/<int:pk>/amend/", views_design.amend, name="amend"),
    path("studies/<int:pk>/prepare/", views_study.prepare, name="prepare"),
    path("studies/<int:pk>/launch/", views_study.launch, name="launch"),
    path("studies/<int:pk>/close/", views_study.close, name="close"),
    path("studies/<int:pk>/delete/", views_study.delete, name="delete"),
    path("studies/<int:pk>/share/", views_study.share, name="share"),
    path("studies/<int:pk>/readers/", views_study.add_reader, name="add_reader"),
    path("studies/<int:pk>/readers/<int:number>/link/", views_study.new_link, name="new_link"),
    path("studies/<int:pk>/readers/<int:number>/revoke/", views_study.revoke, name="revoke"),
    path("studies/<int:pk>/readers/<int:number>/again/", views_study.again, name="again"),
    path("studies/<int:pk>/protocol/", views_study.protocol, name="protocol"),
    path("studies/<int:pk>/results/", views_results.results_page, name="results"),
    path("studies/<int:pk>/answers.csv", views_results.export, name="export"),
    path("studies/<int:pk>/answers.imrmc", views_results.imrmc, name="imrmc"),
    path("studies/<int:pk>/rjafroc.xlsx", views_results.rjafroc, name="rjafroc"),
    path("studies/<int:pk>/study.json", views_results.whole, name="archive"),
    path("studies/<int:pk>/report.pdf", views_results.printed, name="printed"),
    path("read/image/<slug:token>/", views_reader.image, name="image"),
    path("read/image/<slug:token>/<int:place>/", views_reader.image, name="frame"),
    path("read/<slug:key>/", views_reader.read, name="read"),
    path("read/<slug:key>/begin/", views_reader.begin, name="begin"),
    path("read/<slug:key>/state/", views_reader.state, name="state"),
    path("read/<slug:key>/answer/", views_reader.answer, name="answer"),
    path("read/", views_reader.lost),
    path("read/<path:rest>", views_reader.lost),
]
