package dev.octavo.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Collectors;

/** The house rules that the Maven dependencies cannot express, checked on the classes of all modules. */
@AnalyzeClasses(packages = "dev.octavo", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    /** Without this, a rule about classes that nobody imported would hold for want of any. */
    @ArchTest
    static void everyModuleIsSeen(JavaClasses classes) {
        assertThat(classes.getDefaultPackage().getPackage("dev.octavo").getSubpackages().stream()
                        .map(JavaPackage::getRelativeName)
                        .collect(Collectors.toSet()))
                .contains("core", "onnx", "quant", "ort", "tasks", "lidar", "cli");
    }

    @ArchTest
    static final ArchRule modulesFormNoCycle =
            slices().matching("dev.octavo.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfOneModuleFormNoCycle =
            slices().matching("dev.octavo.(*).(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule coreNeedsOnlyTheJdk = classes()
            .that()
            .resideInAPackage("dev.octavo.core..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.octavo.core..", "org.jspecify..");

    @ArchTest
    static final ArchRule quantKnowsNoRuntimeAndNoFileFormat = noClasses()
            .that()
            .resideInAPackage("dev.octavo.quant..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "com.google.protobuf..", "ai.onnx.proto..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that()
            .resideOutsideOfPackages("dev.octavo.cli..", "dev.octavo.bench..")
            .should(ACCESS_STANDARD_STREAMS)
            .because("what a person should read goes into a return value, a journal or an exception");

    @ArchTest
    static final ArchRule nobodyUsesJavaUtilLogging =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    /** Leaves out test classes, be they in a folder or in a module's jar of fixtures. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }
}
