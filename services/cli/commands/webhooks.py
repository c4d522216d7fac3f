"""`dateline webhooks`: all that an operator does with endpoints and deliveries, on one page."""

from services.cli.commands import deliveries, endpoints
from services.cli.groups import ListsByDefault, group

app = group("Webhooks: who is told, what they were sent, and once more.", cls=ListsByDefault)
app.command("list")(endpoints.list_endpoints)
app.command("show")(endpoints.show_endpoint)
app.command("add")(endpoints.add)
app.command("change")(endpoints.change)
app.command("test")(endpoints.send_test)
app.command("retry")(endpoints.retry)
app.command("rotate")(endpoints.rotate)
app.command("disable")(endpoints.disable)
app.command("enable")(endpoints.enable)
app.command("delete")(endpoints.delete)
app.command("deliveries")(deliveries.list_deliveries)
app.command("replay")(deliveries.replay)
