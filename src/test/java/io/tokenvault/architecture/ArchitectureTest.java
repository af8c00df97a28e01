package io.tokenvault.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.tokenvault.access.Allowed;
import io.tokenvault.http.Open;
import io.tokenvault.secrets.SecretsBackend;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packages, and who may import whom. */
class ArchitectureTest {
    private static final String ROOT = "io.tokenvault.";
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tokenvault");
    private static final JavaClasses EVERYTHING = new ClassFileImporter().importPackages("io.tokenvault");

    /** What each package may import of the project, beside itself and the packages below it. */
    private static final Map<String, List<String>> IMPORTS = Map.ofEntries(
            Map.entry("token", List.of()),
            Map.entry("environment", List.of("token")),
            Map.entry("secrets", List.of("token", "environment")),
            Map.entry("audit", List.of("token")),
            Map.entry("connection", List.of("token", "environment")),
            Map.entry("coherence", List.of("token")),
            Map.entry("lifecycle", List.of("token", "environment", "connection", "secrets", "audit", "coherence")),
            Map.entry("validation", List.of("token", "environment", "connection", "coherence")),
            Map.entry("access", List.of("token", "environment", "audit", "coherence")),
            Map.entry("http", List.of("token")),
            Map.entry("client", List.of()),
            Map.entry("gateway", List.of("token", "environment", "validation", "lifecycle", "access", "http")),
            Map.entry("data", List.of("token", "validation", "connection", "lifecycle", "secrets", "http")),
            Map.entry(
                    "api",
                    List.of(
                            "token",
                            "environment",
                            "secrets",
                            "audit",
                            "connection",
                            "coherence",
                            "lifecycle",
                            "validation",
                            "access",
                            "http",
                            "gateway",
                            "data")));

    @Test
    void everyPackageIsInTheTable() {
        Set<String> packages = new TreeSet<>();
        PRODUCTION.forEach(type -> packages.add(top(type)));

        assertThat(packages).isEqualTo(new TreeSet<>(IMPORTS.keySet()));
    }

    @ParameterizedTest
    @MethodSource("packages")
    void importsOnlyWhatTheTableAllows(String name) {
        String[] allowed = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(name), IMPORTS.getOrDefault(name, List.of()).stream())
                .map(other -> ROOT + other + "..")
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(ROOT + name + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.tokenvault..")
                        .and(not(com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(allowed))))
                .check(PRODUCTION);
    }

    static Set<String> packages() {
        return IMPORTS.keySet();
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.tokenvault.(*)..").should().beFreeOfCycles().check(PRODUCTION);
        slices().matching("io.tokenvault.(**)").should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void aTokenNeedsNothingButTheJdk() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "token..")
                .should()
                .dependOnClassesThat(not(resideInAPackage("java..")
                        .or(resideInAPackage("io.tokenvault.token.."))
                        .or(resideInAPackage("org.jspecify.."))))
                .check(PRODUCTION);
    }

    @Test
    void theClientNeedsNothingButTheJdkAndItsFilterJaxRs() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "client..")
                .and()
                .doNotHaveSimpleName("TokenVaultFilter")
                .should()
                .dependOnClassesThat(not(inTheClient()))
                .check(PRODUCTION);
        noClasses()
                .that()
                .haveFullyQualifiedName(ROOT + "client.TokenVaultFilter")
                .should()
                .dependOnClassesThat(not(inTheClient()
                        .or(resideInAPackage("jakarta.ws.rs.."))
                        .or(resideInAPackage("jakarta.annotation.."))))
                .check(PRODUCTION);
    }

    private static DescribedPredicate<JavaClass> inTheClient() {
        return resideInAPackage("java..")
                .or(resideInAPackage("javax.net.ssl.."))
                .or(resideInAPackage(ROOT + "client.."))
                .or(resideInAPackage("org.jspecify.."));
    }

    @Test
    void nothingInTheServiceUsesTheClient() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "client..")
                .check(PRODUCTION);
    }

    @Test
    void eachVendorIsKnownToOneAdapter() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "secrets.vault..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.quarkus.vault..")
                .check(PRODUCTION);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "secrets.aws..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(PRODUCTION);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "secrets.azure..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.azure..", "com.microsoft..", "reactor..")
                .check(PRODUCTION);
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "secrets.keyring..", ROOT + "secrets.local..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google.crypto.tink..")
                .check(PRODUCTION);
    }

    @Test
    void onlyTheEdgeTouchesTheRouter() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "http..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.vertx.ext.web.Router")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.quarkus.vertx.http.runtime.filters.Filters")
                .check(PRODUCTION);
    }

    @Test
    void everyEndpointSaysWhoMayCallIt() {
        for (var verb : List.of(GET.class, POST.class, PUT.class, PATCH.class, DELETE.class)) {
            methods()
                    .that()
                    .areAnnotatedWith(verb)
                    .should()
                    .beAnnotatedWith(Allowed.class)
                    .orShould()
                    .beAnnotatedWith(Open.class)
                    .allowEmptyShould(true)
                    .check(PRODUCTION);
        }
    }

    @Test
    void decisionsAreTakenByTheDatabasesClock() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + "connection..",
                        ROOT + "lifecycle..",
                        ROOT + "validation..",
                        ROOT + "access..",
                        ROOT + "api..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(PRODUCTION);
    }

    @Test
    void secretsAreMadeOfSecureRandomness() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "token..", ROOT + "secrets.keyring..", ROOT + "access..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Random.class, java.util.UUID.class)
                .check(PRODUCTION);
    }

    @Test
    void macsAreComparedInConstantTime() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "validation..", ROOT + "access..", ROOT + "secrets.keyring..")
                .should()
                .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
                .check(PRODUCTION);
    }

    @Test
    void everyBackendRunsTheContract() {
        Set<JavaClass> suites = new java.util.HashSet<>();
        for (JavaClass type : EVERYTHING) {
            if (type.getAllRawSuperclasses().stream()
                    .anyMatch(parent -> parent.getSimpleName().equals("SecretsBackendContract"))) {
                suites.add(type);
            }
        }
        for (JavaClass backend : PRODUCTION) {
            if (backend.isAssignableTo(SecretsBackend.class) && !backend.isInterface()) {
                assertThat(suites)
                        .as("a suite of the contract that makes a " + backend.getSimpleName())
                        .anyMatch(suite -> suite.getDirectDependenciesFromSelf().stream()
                                .anyMatch(use -> use.getTargetClass().getName().equals(backend.getName())));
            }
        }
    }

    @Test
    void namesSayWhatAClassIsFor() {
        classes()
                .should()
                .haveNameNotMatching(".*(Manager|Helper|Utils?|Impl|Base|Common)(\\$.*)?")
                .check(PRODUCTION);
    }

    private static String top(JavaClass type) {
        String below = type.getPackageName().substring(ROOT.length());
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }
}
