# The front door. `make` builds build/nulldrift; the rest is what a newcomer types.
BUILD ?= build
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
CMAKE_FLAGS ?=
PREFIX ?= /usr/local

# What is missing is installed before anything is configured; each recipe is parallel by itself
# (JOBS), and takes no part in the -j of this make.
.NOTPARALLEL:
unexport MAKEFLAGS

.PHONY: all program dependencies python wheel demo test bench figures reference docs lint validate fuzz install uninstall deb clean help

all: program

dependencies:
	@scripts/install-deps build

program: dependencies
	@scripts/configure $(BUILD) -DCMAKE_INSTALL_PREFIX="$(PREFIX)" -DND_TESTS=OFF $(CMAKE_FLAGS) >$(BUILD).log 2>&1 \
		|| { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	@cmake --build $(BUILD) -j$(JOBS) --target nulldrift manual -- --no-print-directory -s
	@echo "Built $(BUILD)/nulldrift"

python wheel: dependencies
	@scripts/install-deps python
	@scripts/configure $(BUILD) -DCMAKE_INSTALL_PREFIX="$(PREFIX)" -DND_TESTS=OFF $(CMAKE_FLAGS) >$(BUILD).log 2>&1 \
		|| { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	@cmake --build $(BUILD) -j$(JOBS) --target nulldrift_library -- --no-print-directory -s
	@scripts/python $(BUILD) $(if $(filter wheel,$@),$(BUILD)-wheel)

demo: all
	@scripts/demo $(BUILD)/nulldrift

test:
	@scripts/install-deps test
	@scripts/run-tests $(BUILD)-test $(JOBS)

bench:
	@scripts/install-deps build
	@scripts/bench $(BUILD) $(JOBS)

figures: all
	@scripts/install-deps figures
	@scripts/figures $(BUILD)/nulldrift

reference:
	@scripts/install-deps reference
	@scripts/reference $(BUILD)/reference
	@echo "Made $(BUILD)/reference/html/index.html"

docs: all
	@scripts/install-deps docs
	@scripts/docs $(BUILD)/nulldrift $(BUILD)/site
	@echo "Made $(BUILD)/site/html/index.html"

validate: all
	@scripts/validate $(BUILD)/nulldrift

lint:
	@scripts/install-deps lint
	@scripts/lint

fuzz:
	@scripts/install-deps lint
	@scripts/fuzz $(if $(HOURS),$(HOURS)h)

install: all
	@cmake --build $(BUILD) -j$(JOBS) -- --no-print-directory -s
	@cmake --install $(BUILD) >/dev/null && echo "Installed under $(PREFIX)"

deb:
	@scripts/deb

uninstall:
	@cmake --build $(BUILD) --target uninstall -- --no-print-directory -s

clean:
	@rm -rf build build-* demo figures validation

help:
	@echo "make           build/nulldrift (installs what is missing on Debian/Ubuntu)"
	@echo "make python    import nulldrift, for /usr/bin/python3 or the virtual environment that is active"
	@echo "make wheel     the Python package as a wheel with the library inside, in build-wheel/"
	@echo "make demo      the paper's Figure 2, from a simulation of 10^6 steps, in demo/"
	@echo "make test      all tests        make validate  the paper's claims, long runs"
	@echo "make bench     speed            make figures   every figure, in figures/"
	@echo "make docs      these documents as a site, in build/site/html/"
	@echo "make reference the C library's functions, from its headers, in build/reference/"
	@echo "make lint      format, static analysis, sanitizers      make fuzz      the readers"
	@echo "make install   program, library, header, manual, completion (PREFIX=/usr/local)"
	@echo "make deb       Debian packages, in build-deb/"
	@echo "make uninstall what make install laid down is removed"
