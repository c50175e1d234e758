"""What is done by the clock, all of it in one table. Hours are of UTC."""

from datetime import timedelta

from apps.analytics.tasks import roll_up_analytics
from apps.charts.tasks import (
    call_chart_webhook,
    count_chart_plays,
    gather_charts,
    mail_chart_notice,
    thin_chart_history,
)
from apps.jobs.schedules import Daily, Every, Schedule
from apps.jobs.tasks import forget_answers, forget_runs
from apps.playlist.tasks import forget_removals, forget_rooms
from apps.realtime.tasks import forget_presence, trim
from apps.recommendations.tasks import forget_recommendations, refresh_active, train
from apps.users.tasks import forget_logins

HOURLY = Every(timedelta(hours=1))

SCHEDULES = (
    Schedule("forget answers", forget_answers, HOURLY),
    Schedule("forget presence", forget_presence, HOURLY),
    Schedule("trim the event log", trim, Daily(hour=3)),
    Schedule("forget removed items", forget_removals, Daily(hour=3)),
    Schedule("forget empty rooms", forget_rooms, Daily(hour=3)),
    Schedule("forget logins", forget_logins, Daily(hour=3)),
    Schedule("roll up analytics", roll_up_analytics, Daily(hour=4)),
    Schedule("forget runs", forget_runs, Daily(hour=3)),
    Schedule("forget recommendations", forget_recommendations, Daily(hour=3)),
    Schedule("count plays of charts", count_chart_plays, Daily(hour=2)),
    Schedule("gather charts", gather_charts, Daily(hour=2, minute=30)),
    Schedule("thin the history of counts", thin_chart_history, Daily(hour=3, minute=30)),
    Schedule("mail the notice of charts", mail_chart_notice, Daily(hour=6)),
    Schedule("call the webhook of charts", call_chart_webhook, Daily(hour=6)),
    Schedule("train recommendations", train, Daily(hour=5)),
    Schedule("refresh recommendations", refresh_active, Every(timedelta(hours=6))),
)
