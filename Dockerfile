# The bot. What sessions run is in images/.
ARG NODE=node:26-slim
FROM ${NODE}
WORKDIR /dibs
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
# TypeScript runs as it is, so there is nothing to build and no development package is needed.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY core core
COPY db db
COPY adapters adapters
COPY images images
COPY bot bot
RUN mkdir data && chown node:node data
USER node
VOLUME /dibs/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DIBS_PORT || 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Favour memory over speed: the process is idle most of the time.
CMD ["node", "--optimize-for-size", "--max-semi-space-size=1", "bot/main.ts"]
