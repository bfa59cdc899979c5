# Roster in a container. It holds no PostgreSQL: give DATABASE_URL, as compose.yaml does.
#
#   docker build --build-arg ROSTER_COMMIT="$(git rev-parse --short=12 HEAD)" --tag roster .

FROM rust:1-bookworm AS build
WORKDIR /build
COPY . .
ARG ROSTER_COMMIT=unknown
RUN cargo build --release --locked --bin roster

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/roster --shell /usr/sbin/nologin roster \
    && install -d -m 0700 -o roster -g roster /var/lib/roster
COPY --from=build /build/target/release/roster /usr/local/bin/roster
USER 10001:10001
WORKDIR /var/lib/roster
ENV ROSTER_BIND=0.0.0.0:8080 \
    ROSTER_DATA_DIR=/var/lib/roster
# The secret key, and email while no mail server is set.
VOLUME /var/lib/roster
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q 200"]
ENTRYPOINT ["roster"]
CMD ["serve"]
