# Sonolex on the CPU, with what `make demo` does as its job.
#
#   docker build -t sonolex .
#   mkdir -p out cache
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/out:/sonolex/build" -v "$PWD/cache:/cache" sonolex
#
# builds the demo's vocabulary, explains ten sounds, and leaves the page out/demo.html. The second folder
# keeps what is fetched (the encoder and the sounds, 30 MB). Any other command comes behind the name:
#
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/cache:/cache" -v "$PWD:/here" -w /here sonolex \
#     sonolex explain rain.wav --vocabulary sonolex-core
FROM python:3.11-slim

# Where torch comes from: the index of its small builds for the CPU. The package index itself
# (--build-arg TORCH_INDEX=https://pypi.org/simple) has the build with CUDA on Linux, some 3 GB.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /sonolex
COPY constraints.txt ./
RUN pip install --no-deps --index-url "$TORCH_INDEX" -c constraints.txt torch
COPY pyproject.toml README.md LICENSE ./
COPY concept_core concept_core
COPY vocab_builder vocab_builder
COPY data data
COPY vocabularies vocabularies
RUN pip install -c constraints.txt ".[report]"
COPY recipes recipes

# Whoever runs it: a user without a home has these two folders to write to.
ENV SONOLEX_HOME=/cache NUMBA_CACHE_DIR=/cache/numba MPLCONFIGDIR=/cache/matplotlib
RUN useradd --no-create-home sonolex && mkdir -m 1777 build /cache
USER sonolex

CMD ["bash", "recipes/demo.sh"]
