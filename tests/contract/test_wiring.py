"""The system on one page is the system that runs: every message has its one handler, every queue its worker."""

import importlib

import pytest

from services.cli.processes.installation import WORKERS
from services.cli.processes.roles import CREWS
from services.contracts import messages
from services.contracts.messages import Message
from services.contracts.wiring import KINDS, ROUTES, SERVICES
from services.runtime.celery import wake_ups
from services.runtime.ledger import worker


@pytest.fixture(scope="module", autouse=True)
def all_services():
    for service in SERVICES:
        importlib.import_module(f"services.{service}.tasks")


def test_every_kind_of_message_has_a_line_in_the_wiring():
    """A kind without one could be said and would never be heard."""
    matching = {kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, Message)}
    assert matching - {Message} == set(ROUTES)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_handled_where_the_wiring_says_and_nowhere_else(kind):
    handler, route = worker._handlers.get(kind), ROUTES[KINDS[kind]]
    assert handler is not None
    room = f"services.{route.service}"
    assert handler.__module__ == f"{room}.tasks" or handler.__module__.startswith(f"{room}.handlers.")
    assert handler.__name__ == route.handler


def test_every_handler_has_a_line_in_the_wiring():
    assert set(worker._handlers) == set(KINDS)


def test_a_second_handler_of_a_kind_is_refused():
    """Which of the two would hear it, would depend on the order of the imports."""
    with pytest.raises(TypeError, match="one handler"):
        worker.handles(messages.Deliver)(lambda _order, _job: None)


def test_each_queue_of_the_wiring_is_declared(installation):
    """One for each service and lane: a wake-up to a queue that is not declared would be refused."""
    declared = [queue.name for queue in wake_ups.app().conf.task_queues]
    assert declared == [name for service in SERVICES for name in (service, f"{service}.bulk")]


def test_each_service_has_a_worker_on_a_machine():
    """`up` starts somebody for every queue."""
    started = {service for together in WORKERS for service in together}
    assert started == set(SERVICES) == set(CREWS)


def test_a_lease_outlasts_the_hard_limit_of_the_work():
    """Else a message could be handled twice at once by healthy workers."""
    assert [kind for kind, route in ROUTES.items() if route.lease.total_seconds() <= wake_ups.HARD_LIMIT] == []
