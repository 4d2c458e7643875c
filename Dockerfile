# The image's own node serves, so that the platform packages of the lock file (optional) stay out.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts
COPY . .
RUN npm run definitions && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:26-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app /app
RUN mkdir /data .cache && chown node:node /data .cache
USER node
# Start once as the user that will serve, so that the compiled code lies in the image: the root filesystem is read-only
# when it runs.
RUN HOST=127.0.0.1 DATA_DIR=/tmp/warm timeout --preserve-status --signal=TERM 5 node server/start.js && rm -r /tmp/warm
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "server/start.js"]
