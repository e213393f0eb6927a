# docker build -t lazy-rich-lab .                                  CPU
# docker build --build-arg TORCH_INDEX_URL=https://download.pytorch.org/whl/cu128 -t lazy-rich-lab:cuda .
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# Empty: torch as pip is configured. A CUDA index brings the CUDA libraries as torch's own dependencies.
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt /tmp/
RUN python -m venv --without-pip /opt/venv
RUN torch=$(grep '^torch==' /tmp/requirements.txt) && \
    case "$TORCH_INDEX_URL" in \
      */cpu|"") python -m pip --python /opt/venv/bin/python install --no-deps ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} "$torch" ;; \
      *) python -m pip --python /opt/venv/bin/python install --index-url "$TORCH_INDEX_URL" "$torch" ;; \
    esac
# The requirements are complete, so --no-deps installs exactly them. Headers and test suites are never run.
RUN python -m pip --python /opt/venv/bin/python install --no-deps -r /tmp/requirements.txt && \
    cd /opt/venv/lib/python3*/site-packages && \
    rm -rf torch/include torch/test torch/share pyarrow/include && \
    find . -type d -name tests -prune -exec rm -rf {} + && \
    find torch/bin -type f ! -name torch_shm_manager -delete && find . -name "*.a" -delete
COPY app.py /srv/lab/
COPY core /srv/lab/core
COPY pages /srv/lab/pages
RUN /opt/venv/bin/python -m compileall -q /srv/lab

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Lazy–Rich Lab" org.opencontainers.image.licenses=MIT
RUN groupadd --gid 10001 lab && \
    useradd --uid 10001 --gid lab --no-create-home --home-dir /tmp --shell /usr/sbin/nologin lab && \
    install -d -o lab -g lab -m 700 /var/lib/lab
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/lab /srv/lab
COPY assets /srv/lab/assets
COPY docs/notebooks /srv/lab/docs/notebooks
COPY .streamlit/config.toml /srv/lab/.streamlit/config.toml
COPY deploy/health.py /srv/lab/deploy/health.py
WORKDIR /srv/lab
ENV PATH=/opt/venv/bin:$PATH HOME=/tmp PORT=8501 STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
USER 10001:10001
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 CMD ["python", "deploy/health.py"]
CMD ["sh", "-c", "exec streamlit run app.py --server.port \"$PORT\""]
