package dev.octavo.quant.rewrite;

import static dev.octavo.quant.testing.PassTest.given;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.Carried;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoveIdentityTest {
    @Test
    void removesIdentityAndDropout() {
        given("x[1,4] -> Identity -> Relu -> Dropout -> Sigmoid -> y")
                .when(new RemoveIdentity())
                .becomes("x[1,4] -> Relu -> Sigmoid -> y")
                .saying("its readers read x");
    }

    @Test
    void removesAChainOfThem() {
        given("x[1,4] -> Identity -> Identity -> Identity -> a; a -> Relu -> y; a -> Relu -> z")
                .when(new RemoveIdentity())
                .becomes("x[1,4] -> Relu -> y; x -> Relu -> z")
                .keepsOutputsWithin(0);
    }

    @Test
    void removesADropoutThatIsToldNotToTrain() {
        given("x[1,4] -> Dropout(0.5, 0:bool) -> Relu -> y")
                .when(new RemoveIdentity())
                .becomes("x[1,4] -> Relu -> y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4] -> Dropout(0.5, 1:bool) -> Relu -> y | training mode",
                "train:bool[1] -> Relu -> t; x[1,4] -> Dropout(0.5, t) -> Relu -> y | training mode",
                "x[1,4] -> Relu -> Identity -> y | is an output of the network",
                "x[1,4] -> Dropout -> d, mask; d -> Relu -> y; mask -> Not -> z | mask is read"
            })
    void leavesAlone(String text, String why) {
        given(text).when(new RemoveIdentity()).isUnchanged().because(why);
    }

    @Test
    void leavesAloneWhatASubgraphReadsByName() {
        Carried subgraph = new Carried() {};
        given("x[1,4] -> Identity -> i -> Relu -> y")
                .with(g -> {
                    g.addNode(NodeSpec.of("If", "branch")
                            .inputs("x")
                            .attribute("then_branch", new Attribute.Foreign(subgraph, Set.of("i")))
                            .outputs("z"));
                    g.addOutput(g.require("z"));
                })
                .when(new RemoveIdentity())
                .isUnchanged()
                .because("read inside a subgraph");
    }
}
