.DEFAULT_GOAL := help
.PHONY: help run test test-helm test-terraform test-cluster build image release-check format tools clean bench

# local, or openbao
BACKEND ?= local
# new: make another admin and show its key
ADMIN ?=

maven := .ci/maven --batch-mode --no-transfer-progress
service := target/quarkus-app/quarkus-run.jar
cache := target/token-vault.aot
sources := pom.xml $(shell find src/main src/embedded src/image 2>/dev/null)
# What is compiled of the test sources when no test is to run.
launchers := %regex[io/tokenvault/(embedded|image)/.*]

help: ## Show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: $(cache) ## Run the service with its own database; BACKEND=openbao, ADMIN=new
ifeq ($(BACKEND),openbao)
	@TOKEN_VAULT_BAO=$$(src/test/tools/install-openbao.sh) && export TOKEN_VAULT_BAO && exec .ci/start $(BACKEND) $(ADMIN)
else
	@exec .ci/start $(BACKEND) $(ADMIN)
endif

test: tools test-helm test-terraform ## Run every check and every test, against real servers
	$(maven) verify

bench: tools ## Compare what a verdict costs with what others cost; ten minutes
	@src/bench/tools/install-bench-tools.sh
	@rm -f target/bench.md
	$(maven) --quiet verify -Dtest=NoneTest -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ValidationBench,RevocationBench,GrowthBench
	@cat target/bench.md

test-helm: ## Test the Helm chart, with Helm 4 and 3
	@src/test/helm/run

test-terraform: ## Run the tests of terraform/
	@$$(src/test/tools/install-moto.sh) -B src/test/terraform/run.py

test-cluster: ## Install the chart in a real Kubernetes API; building that takes ten minutes once
	@src/test/helm/cluster

build: ## Build target/quarkus-app/quarkus-run.jar
	$(maven) --quiet package -DskipTests

image: $(service) ## Build target/token-vault-image.tar, without a container engine
	@.ci/image

release-check: ## Build all that a release has: jars, image, SBOM, checksums
	@.ci/release

format: ## Format the sources
	$(maven) --quiet spotless:apply

tools: ## Install what the tests need
	@.ci/tools

clean: ## Remove what was built; .token-vault and .tools stay
	rm -rf target

$(service): $(sources)
	@echo "Building the service; this takes a minute the first time."
	@$(maven) --quiet package -DskipTests -Dspotless.check.skip -Dtest.sources='$(launchers)'
	@touch $@

$(cache): $(service) .ci/java.options
	@echo "Teaching the JVM what a start needs."
	@.ci/train "$$(.ci/find-jdk)" $(service) $@ @.ci/java.options
