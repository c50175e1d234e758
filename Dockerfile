# Tutti in a container. `docker compose up --build` starts it with all that it needs. To pin its base, add the digest that
# `docker buildx imagetools inspect python:3.11-slim-bookworm` prints to both lines FROM (docs/security.md, Known gaps).

FROM python:3.11-slim-bookworm AS packages
WORKDIR /tutti
COPY requirements/base.txt requirements/sentry.txt requirements/import.txt requirements/
RUN python -m venv .venv
RUN .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-compile \
    --require-hashes -r requirements/base.txt -r requirements/sentry.txt -r requirements/import.txt

# Node comes as a Python package here, and stays behind with what else the page is built of.
FROM packages AS page
COPY requirements/node.txt requirements/
COPY scripts/environment.py scripts/node.py scripts/build_frontend.py scripts/uv.txt scripts/
COPY frontend frontend
RUN .venv/bin/python -I scripts/build_frontend.py --required

FROM python:3.11-slim-bookworm
WORKDIR /tutti
# The user is a number, so that it needs no name; the folder is what a new volume takes its owner from.
RUN install -d -o 10001 -g 10001 -m 700 /data
COPY --from=packages /tutti/.venv .venv
COPY pyproject.toml ./
COPY backend backend
COPY --from=page /tutti/frontend/dist frontend/dist
RUN .venv/bin/python -m compileall -q -j 0 .venv/lib backend
USER 10001:10001
ENV PATH=/tutti/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=4000
WORKDIR /tutti/backend
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "server.health_check"]
CMD ["python", "-m", "server"]
