package dev.octavo.quant.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "conv, conv, true",
        "conv, conv1, false",
        "conv*, conv1, true",
        "conv*, conv, true",
        "*, a, true",
        "*, a/b, false",
        "**, a/b, true",
        "a/*, a/b, true",
        "a/*, a/b/c, false",
        "a/**, a/b/c, true",
        "a/**/d, a/b/c/d, true",
        "**/hm.?, head/x/hm.1, true",
        "hm.1, hmx1, false",
        "a[0]+(b), a[0]+(b), true",
        "x -> y[0], x -> y[0], true",
        "* -> y[0], x -> y[0], true",
        "* -> y[0], a/x -> y[0], false",
        "\\E, \\E, true",
        "?, /, true"
    })
    void matches(String glob, String name, boolean expected) {
        assertThat(new Glob(glob).matches(name)).isEqualTo(expected);
    }

    @Test
    void theNearestNamesComeFirst() {
        List<String> names = List.of("backbone/conv1", "head/hm.1", "head/hm.10", "x");

        assertThat(Glob.nearest("hm.1", names, 2)).containsExactly("head/hm.1", "head/hm.10");
        assertThat(Glob.nearest("backbone/cnov1", names, 1)).containsExactly("backbone/conv1");
        assertThat(Glob.nearest("anything", List.of(), 3)).isEmpty();
    }
}
