# syntax=docker/dockerfile:1

# npm, for wasm-opt only.
FROM node:20-bookworm-slim AS node

FROM rust:1.95.0-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask build && cp target/release/sluice /sluice

FROM debian:bookworm-slim
# Certificates are for neo4j+s:// and bolt+s://. Debian keeps one version of a package at a time, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data sluice \
    && install --directory --owner=sluice --group=sluice /data
COPY --from=build /sluice /usr/local/bin/sluice
USER 10001
WORKDIR /data
# Listening beyond loopback needs SLUICE_ADMIN_TOKEN or SLUICE_ADMIN_TOKEN_FILE; without one the start says so.
ENV SLUICE_LISTEN=0.0.0.0:3000 \
    SLUICE_CONNECT_LISTEN=0.0.0.0:8083 \
    SLUICE_DATA_DIR=/data
VOLUME /data
EXPOSE 3000 8083
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["sluice", "healthcheck"]
ENTRYPOINT ["sluice"]
