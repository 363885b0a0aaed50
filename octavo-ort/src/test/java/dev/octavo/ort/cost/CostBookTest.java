package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostBookTest {
    @TempDir
    private Path folder;

    @Test
    void remembersAcrossProcessesWhatWasSaved() {
        CostBook book = CostBook.open(folder.resolve("new"));
        book.putMicros("Conv", "float", 2, 12.34567, true);
        book.put("placement x", "0|3|why|");
        book.save();
        CostBook again = CostBook.open(folder.resolve("new"));
        assertThat(again.micros("Conv", "float", 2)).hasValue(12.346);
        assertThat(again.text("placement x")).contains("0|3|why|");
        assertThat(again.micros("Conv", "float", 1)).isEmpty();
        assertThat(again.micros("Conv", "integer", 2)).isEmpty();
    }

    @Test
    void forgetsWhatWasNotSaved() {
        CostBook.open(folder).putMicros("Conv", "float", 1, 1, true);
        assertThat(CostBook.open(folder).micros("Conv", "float", 1)).isEmpty();
    }

    @Test
    void keepsWhatOthersWroteMeanwhile() {
        CostBook mine = CostBook.open(folder);
        CostBook theirs = CostBook.open(folder);
        mine.putMicros("a", "float", 1, 1, true);
        theirs.putMicros("b", "float", 1, 2, true);
        theirs.save();
        mine.save();
        CostBook all = CostBook.open(folder);
        assertThat(all.micros("a", "float", 1)).hasValue(1);
        assertThat(all.micros("b", "float", 1)).hasValue(2);
    }

    @Test
    void losesNothingWhenManyWriteAtOnce() {
        IntStream.range(0, 40).parallel().forEach(i -> {
            CostBook book = CostBook.open(folder);
            book.putMicros("shape " + i, "float", 1, i, true);
            book.save();
        });
        CostBook all = CostBook.open(folder);
        for (int i = 0; i < 40; i++) {
            assertThat(all.micros("shape " + i, "float", 1)).hasValue(i);
        }
    }

    @Test
    void passesOverDamagedLines() throws IOException {
        CostBook book = CostBook.open(folder);
        book.putMicros("good", "float", 1, 7, true);
        book.save();
        Path file = file();
        List<String> lines = List.of(
                "no tab", "\tno key", "two\ttabs\there", "float*1 bad\tabc", "float*1 nan\tNaN", "float*1 low\t-3");
        Files.write(
                file,
                Stream.concat(Files.readAllLines(file).stream(), lines.stream()).toList());
        CostBook again = CostBook.open(folder);
        assertThat(again.micros("good", "float", 1)).hasValue(7);
        for (String what : List.of("bad", "nan", "low")) {
            assertThat(again.micros(what, "float", 1)).as(what).isEmpty();
        }
    }

    @Test
    void beginsAnewWhenTheFileHoldsNoText() throws IOException {
        CostBook book = CostBook.open(folder);
        book.putMicros("a", "float", 1, 7, true);
        book.save();
        Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2, (byte) 0xc3});
        CostBook again = CostBook.open(folder);
        assertThat(again.micros("a", "float", 1)).isEmpty();
        again.putMicros("b", "float", 1, 8, true);
        again.save();
        assertThat(CostBook.open(folder).micros("b", "float", 1)).hasValue(8);
    }

    @Test
    void remembersNothingButWorksWhereNothingCanBeWritten() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "not a folder").resolve("below");
        CostBook book = CostBook.open(blocked);
        book.putMicros("a", "float", 1, 7, true);
        book.save();
        assertThat(book.micros("a", "float", 1)).hasValue(7);
        assertThat(CostBook.open(blocked).micros("a", "float", 1)).isEmpty();
    }

    @Test
    void refusesWhatWouldBreakItsLines() {
        CostBook book = CostBook.open(folder);
        assertThatThrownBy(() -> book.put("a\tb", "c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> book.put("a", "b\nc")).isInstanceOf(IllegalArgumentException.class);
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".tsv")).findFirst().orElseThrow();
        }
    }

    @Test
    void tellsNumbersThatOthersDisturbed() {
        CostBook book = CostBook.open(folder);
        book.putMicros("Conv", "float", 2, 12.5, false);
        book.putMicros("Conv", "integer", 2, 7, true);
        book.save();
        CostBook again = CostBook.open(folder);
        assertThat(again.micros("Conv", "float", 2)).hasValue(12.5);
        assertThat(again.settledMicros("Conv", "float", 2)).isEmpty();
        assertThat(again.settledMicros("Conv", "integer", 2)).hasValue(7);
        again.putMicros("Conv", "float", 2, 11, true);
        assertThat(again.settledMicros("Conv", "float", 2)).hasValue(11);
    }
}
