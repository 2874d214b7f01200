# MinIO from its source, at the version that the tests run: there are no public images of it any more.
FROM golang:1.26 AS build
ARG MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
RUN CGO_ENABLED=0 go install -ldflags "-s -w" github.com/minio/minio@${MINIO_VERSION}

FROM alpine:3.22
COPY --from=build /go/bin/minio /usr/local/bin/minio
RUN adduser -S -D -H -u 10002 minio && install -d -o minio /data
USER minio
VOLUME /data
EXPOSE 9000
CMD ["minio", "server", "/data"]
