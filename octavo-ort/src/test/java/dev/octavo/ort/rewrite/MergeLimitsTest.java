package dev.octavo.ort.rewrite;

import dev.octavo.quant.rewrite.MergeLimits;
import org.junit.jupiter.api.Test;

class MergeLimitsTest {
    private static Rewriting given(String text) {
        return Rewriting.of(text, new MergeLimits());
    }

    @Test
    void keepsTheLimitThatImpliesTheOther() {
        given("x[1,4,8,8] -> Relu -> Relu -> Relu -> y").becomes("Relu").keepsOutputs();
        given("x[1,4,8,8] -> Clip(0.0,0.5) -> Relu -> y").becomes("Clip").keepsOutputs();
        given("x[1,4,8,8] -> Relu -> Clip(0.0,0.5) -> y").becomes("Clip").keepsOutputs();
    }

    @Test
    void makesANewLimitOfTwoThatOverlap() {
        given("x[1,4,8,8] -> Relu -> Clip(-0.5,0.5) -> y").becomes("Clip").keepsOutputs();
        given("x[1,4,8,8] -> Clip(-0.1,0.3) -> Clip(-0.2,0.1) -> Clip(-0.3,0.05) -> y")
                .becomes("Clip")
                .keepsOutputs();
    }

    @Test
    void keepsTheEndOfTwoThatDoNotOverlap() {
        given("x[1,4,8,8] -> Clip(0.5,0.6) -> Clip(-0.5,0.1) -> y")
                .becomes("Clip")
                .keepsOutputs();
        given("x[1,4,8,8] -> Clip(-0.6,-0.5) -> Relu -> y").becomes("Clip").keepsOutputs();
    }

    @Test
    void leavesAloneALimitThatOthersRead() {
        given("x[1,4,8,8] -> Relu -> h -> Clip(0.0,0.5) -> y; h -> Neg -> z")
                .isUnchanged()
                .because("has other readers");
    }

    @Test
    void leavesAloneALimitThatIsComputed() {
        given("x[1,4,8,8] -> ReduceMax(; keepdims=0) -> n; x -> Relu -> h -> Clip(_, n) -> z")
                .isUnchanged();
    }
}
