# syntax=docker/dockerfile:1
# Clarion on Debian slim: glibc, which the engine needs. See docs/docker.md.

# A release pins the base by digest: --build-context base=docker-image://node:22-bookworm-slim@sha256:…
FROM node:22-bookworm-slim AS base

# Compiles, with the development dependencies, which stay here.
FROM base AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN ["npm", "run", "build"]

# What runs, with the one binary of the engine that fits this platform.
FROM base AS dependencies
WORKDIR /dependencies
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
COPY config/docker/keep-one-engine.mjs ./
RUN ["node", "keep-one-engine.mjs", "node_modules/uWebSockets.js"]

FROM base AS server
LABEL org.opencontainers.image.title="Clarion" \
      org.opencontainers.image.description="A Pusher Channels protocol server on uWebSockets.js" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:22-bookworm-slim"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /dependencies/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
# The user `node` of the base, as a number, so that Kubernetes can check runAsNonRoot. All files belong to root: nothing here is ever written.
USER 1000:1000
# WebSocket and HTTP; metrics.
EXPOSE 6001 9601
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/dist/cli/main.js", "health"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["start"]
