"""The front page of the desk: what needs doing."""

from flask import Blueprint, render_template, request

from aednet.accounts.guards import require
from aednet.accounts.identity import current_caller
from aednet.accounts.rules import Permission
from aednet.base.context import current
from aednet.base.database import db
from aednet.cabinets.todo.rules import out_of_sight
from aednet.coverage.live import current_network
from aednet.desk.todo.panel import reach_of
from aednet.desk.todo.question import Question, write_todo_place
from aednet.desk.todo.stock import MOST
from aednet.desk.todo.view import view_todo

blueprint = require(Permission.SEE)(Blueprint("todo", __name__, template_folder="../templates"))


@blueprint.get("/desk")
def show() -> str:
    """List what needs doing in the caller's areas, the most urgent first, a page at a time."""
    question, caller, clock = Question.parse(request.args), current_caller(), current().clock
    today = clock.today()
    view = view_todo(db.session(), caller, question, now=clock.now(), today=today)
    return render_template(
        "desk/todo.html",
        view=view,
        today=today,
        in_sight=out_of_sight(today),
        place=write_todo_place,
        most=MOST,
        reach=reach_of(current_network(), caller, today=today),
        sees_everything=caller.area_ids is None,
        may_change=caller.may(Permission.CHANGE),
    )
