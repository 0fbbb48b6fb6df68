"""Every way in, and who may take it: a new one without a guard has to be put down here as public."""

from apiflask import APIFlask

from aednet.accounts.guards import permission_of

PUBLIC = {
    "accounts.show_sign_in",
    "accounts.sign_in",
    "accounts.sign_out",
    "apidocs.read",
    "areas_api.every_area",
    "areas_api.one_area",
    "cabinets.report",
    "cabinets.show",
    "cabinets_api.every_cabinet",
    "cabinets_api.one_cabinet",
    "cabinets_api.report_problem",
    "calendar.feed",
    "coverage_api.coverage",
    "coverage_api.nearest",
    "health.alive",
    "health.ready",
    "links.done",
    "links.set_password",
    "links.show",
    "map.front",
    "map.near_me",
    "openapi.spec",
    "second_step.finish",
    "second_step.show",
    "twilio.inbound",
    "twilio.status",
    "volunteers.go_on",
    "volunteers.join",
    "volunteers.thanks",
    "web.leaflet",
    "web.static_file",
}


def test_whatever_is_not_public_by_name_asks_for_a_permission(app: APIFlask) -> None:
    unguarded = {endpoint for endpoint in app.view_functions if permission_of(app, endpoint) is None}
    assert unguarded == PUBLIC
