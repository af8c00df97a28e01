package io.tokenvault.http;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.Test;

class EdgeRulesTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.tokenvault");

    @Test
    void onlyTheRegistrarTouchesTheRouter() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Routes.class.getName())
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Router.class)
                .check(PRODUCT);
    }

    @Test
    void onlyTheFrontFilterIsAFilterOfTheServer() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(FrontFilter.class.getName())
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Filters.class)
                .check(PRODUCT);
    }

    @Test
    void theEdgeKnowsNothingButTokens() {
        classes()
                .that()
                .resideInAPackage("io.tokenvault.http..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("io.tokenvault.http..", "io.tokenvault.token..")
                        .or(resideOutsideOfPackage("io.tokenvault..")))
                .check(PRODUCT);
    }
}
