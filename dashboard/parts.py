"""Every part of the private door that answers requests, in one list."""

from dashboard.account import account
from dashboard.aftermath import aftermath
from dashboard.agreed import agreed
from dashboard.alerts import alerts
from dashboard.api import api
from dashboard.asked import asked
from dashboard.assets import assets
from dashboard.batch import batch
from dashboard.boundaries import boundaries
from dashboard.coverage import coverage
from dashboard.docket import docket
from dashboard.evidence import evidence
from dashboard.figures_page import figures_page
from dashboard.forgetting import forgetting_page
from dashboard.guide import guide
from dashboard.imports import imports
from dashboard.incident import incident
from dashboard.locking import locking
from dashboard.mapped import mapped
from dashboard.operations import operations
from dashboard.pages import pages
from dashboard.photos import photos
from dashboard.press import press
from dashboard.press_page import press_page
from dashboard.restricted import restricted
from dashboard.roster import roster
from dashboard.sharing import sharing
from dashboard.statements import statements
from dashboard.stories import stories
from dashboard.taken import taken
from dashboard.texts import texts
from dashboard.voice import voice
from dashboard.wall import wall
from dashboard.workplace import workplace
from server.desk.alerting import alert_desk
from server.desk.coalition import coalition_desk
from server.desk.correcting import correcting_desk
from server.desk.deciding import desk
from server.desk.docket import docket_desk
from server.desk.duties import duty_desk
from server.desk.forgetting import forgetting_desk
from server.desk.joining import joining_desk
from server.desk.models import model_desk
from server.desk.own import own_desk
from server.desk.passkeys import passkey_desk
from server.desk.people import people_desk
from server.desk.press import press_desk
from server.desk.releasing import releasing_desk
from server.desk.revealing import revealing_desk
from server.desk.shifts import shift_desk
from server.desk.verifying import verifying_desk
from server.desk.working import working_desk

PARTS = (
    account,
    aftermath,
    agreed,
    alert_desk,
    alerts,
    api,
    asked,
    assets,
    batch,
    boundaries,
    coalition_desk,
    correcting_desk,
    coverage,
    desk,
    docket,
    docket_desk,
    duty_desk,
    evidence,
    figures_page,
    forgetting_desk,
    forgetting_page,
    guide,
    imports,
    incident,
    joining_desk,
    locking,
    mapped,
    model_desk,
    operations,
    own_desk,
    pages,
    passkey_desk,
    people_desk,
    photos,
    press,
    press_desk,
    press_page,
    releasing_desk,
    restricted,
    revealing_desk,
    roster,
    sharing,
    shift_desk,
    statements,
    stories,
    taken,
    texts,
    verifying_desk,
    voice,
    wall,
    working_desk,
    workplace,
)
