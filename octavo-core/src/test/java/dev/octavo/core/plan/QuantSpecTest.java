package dev.octavo.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantSpecTest {
    @ParameterizedTest
    @CsvSource({
        "2, true, -2, 1",
        "2, false, 0, 3",
        "4, true, -8, 7",
        "8, true, -128, 127",
        "8, false, 0, 255",
        "16, true, -32768, 32767",
        "16, false, 0, 65535",
        "32, true, -2147483648, 2147483647"
    })
    void codesRunFromLeastToGreatest(int bits, boolean signed, int least, int greatest) {
        QuantSpec spec = QuantSpec.perTensor(bits, signed, false);

        assertThat(spec.minCode()).isEqualTo(least);
        assertThat(spec.maxCode()).isEqualTo(greatest);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 33})
    void otherWidthsAreRefused(int bits) {
        assertThatThrownBy(() -> QuantSpec.perTensor(bits, true, true)).hasMessageContaining("2 to 32 bits");
    }

    @Test
    void printsItself() {
        assertThat(QuantSpec.perTensor(8, false, false)).hasToString("u8");
        assertThat(QuantSpec.perChannel(4, true, true, 1)).hasToString("s4 symmetric per-channel(1)");
    }

    @Test
    void aGridHasAsManyParamsAsItsSpecAllows() {
        QuantParams p = new QuantParams(1, 0);
        QuantSpec whole = QuantSpec.perTensor(8, true, true);

        assertThatThrownBy(() -> new Grid(whole, List.of(p, p))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Grid(whole, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Grid.perTensor(whole, new QuantParams(1, 128))).hasMessageContaining("no code of s8");
        Grid perChannel = new Grid(QuantSpec.perChannel(8, true, true, 0), List.of(p, new QuantParams(2, 0)));
        assertThat(perChannel.channel(1).scale()).isEqualTo(2f);
        assertThat(perChannel.range(1)).isEqualTo(new Range(-256, 254));
        assertThat(perChannel.spec().axis()).isEqualTo(OptionalInt.of(0));
    }
}
