"""The table of all scheduled jobs. Hours are in UTC."""

from datetime import timedelta

from apps.analytics.tasks import roll_up_analytics
from apps.charts.tasks import (
    call_chart_webhook,
    count_chart_plays,
    gather_charts,
    mail_chart_notice,
    thin_chart_history,
)
from apps.jobs.scheduler import Daily, Every, Schedule
from apps.jobs.tasks import purge_idempotency_records, purge_runs
from apps.playlist.tasks import purge_removals, purge_rooms, purge_wishes
from apps.realtime.tasks import purge_presence, trim
from apps.recommendations.tasks import purge_recommendations, refresh_active, train
from apps.users.tasks import purge_logins

HOURLY = Every(timedelta(hours=1))

SCHEDULES = (
    Schedule("purge idempotency records", purge_idempotency_records, HOURLY),
    Schedule("purge presence", purge_presence, HOURLY),
    Schedule("purge old wishes", purge_wishes, HOURLY),
    Schedule("trim the event log", trim, Daily(hour=3)),
    Schedule("purge removed items", purge_removals, Daily(hour=3)),
    Schedule("purge empty rooms", purge_rooms, Daily(hour=3)),
    Schedule("purge logins", purge_logins, Daily(hour=3)),
    Schedule("roll up analytics", roll_up_analytics, Daily(hour=4)),
    Schedule("purge runs", purge_runs, Daily(hour=3)),
    Schedule("purge recommendations", purge_recommendations, Daily(hour=3)),
    Schedule("count plays of charts", count_chart_plays, Daily(hour=2)),
    Schedule("gather charts", gather_charts, Daily(hour=2, minute=30)),
    Schedule("downsample the history of counts", thin_chart_history, Daily(hour=3, minute=30)),
    Schedule("mail the chart report", mail_chart_notice, Daily(hour=6)),
    Schedule("call the chart report webhook", call_chart_webhook, Daily(hour=6)),
    Schedule("train recommendations", train, Daily(hour=5)),
    Schedule("refresh recommendations", refresh_active, Every(timedelta(hours=6))),
)
