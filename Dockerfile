# One image for every process of Dateline, with all optional extras. All requirements come as wheels: nothing is compiled, so no compiler is left.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /app
COPY requirements/image.lock requirements/
RUN pip install --require-hashes --only-binary :all: -r requirements/image.lock

COPY pyproject.toml README.md LICENSE ./
COPY requirements/runtime.in requirements/
COPY seeds seeds
COPY services services
RUN pip install --no-deps --no-build-isolation . && rm -r /app/*

# A named volume takes its owner from the folder it first covers.
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/dateline dateline \
    && install -d -o dateline -g dateline /var/lib/dateline /var/lib/dateline/archive /var/lib/dateline/metrics
ENV DATELINE_STATE=/var/lib/dateline
WORKDIR /var/lib/dateline
USER dateline

CMD ["dateline", "--help"]
