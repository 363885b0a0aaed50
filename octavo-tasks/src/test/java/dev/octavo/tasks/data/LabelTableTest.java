package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelTableTest {
    private static final String TABLE =
            "file,class,name\na.jpg,2,\"shark, \"\"great\"\" white\"\nsub/b.jpg,0,\"two\nlines\"\n";

    @TempDir
    Path temp;

    /** Files that exist by name only: labels are matched without reading. */
    private record Names(List<Entry> entries) implements PictureFiles {
        static Names of(String... paths) {
            List<Entry> entries = new ArrayList<>();
            for (String path : paths) {
                entries.add(new Entry(path, 1, -1));
            }
            return new Names(entries);
        }

        @Override
        public String name() {
            return "pictures";
        }

        @Override
        public List<String> otherPictures() {
            return List.of();
        }

        @Override
        public byte[] read(Entry entry) {
            return new byte[0];
        }

        @Override
        public void close() {}
    }

    @Test
    void matchesByPathAndByLastPart() {
        List<String> warnings = new ArrayList<>();
        LabelTable table = table(TABLE);
        assertThat(table.match(Names.of("a.jpg", "sub/b.jpg"), warnings)).containsExactly(2, 0);
        assertThat(table.match(Names.of("b.jpg", "deep/down/a.jpg"), warnings)).containsExactly(0, 2);
        assertThat(table.match(Names.of("a.jpg", "b.jpg", "c.jpg"), warnings)).containsExactly(2, 0, -1);
        assertThat(warnings).isEmpty();
        assertThat(table("\uFEFFfile,class\r\n.\\sub\\a.jpg,7\r\n\r\n").match(Names.of("sub/a.jpg", "a.jpg"), warnings))
                .containsExactly(7, -1);
    }

    @Test
    void rowsWithoutAPictureAreReportedUnlessNoneMatches() {
        List<String> warnings = new ArrayList<>();
        table(TABLE).match(Names.of("a.jpg"), warnings);
        assertThat(warnings).singleElement().asString().contains("1 file (sub/b.jpg)");
        ModelException e = refused(() -> table(TABLE).match(Names.of("x.jpg"), warnings));
        assertThat(e).hasMessageContaining("no row of labels.csv").hasMessageContaining("x.jpg");
        assertThat(refused(() -> table("file,class\n").match(Names.of("x.jpg"), warnings)))
                .hasMessageContaining("no row");
    }

    @Test
    void aNameThatFitsTwoPicturesIsRefused() {
        ModelException e = refused(() -> table(TABLE).match(Names.of("x/a.jpg", "y/a.jpg"), new ArrayList<>()));
        assertThat(e).hasMessageContaining("x/a.jpg, y/a.jpg");
        assertThat(e.fix()).contains("path");
    }

    @Test
    void wrongTablesAreRefusedWithTheirLine() {
        assertThat(refused(() -> table(""))).hasMessageContaining("empty");
        assertThat(refused(() -> table("path,class\na,1"))).hasMessageContaining("its columns are path, class");
        assertThat(refused(() -> table("file,class\na.jpg,-1"))).hasMessageContaining("line 2");
        assertThat(refused(() -> table("file,class\na.jpg,1\nb.jpg,cat"))).hasMessageContaining("line 3");
        assertThat(refused(() -> table("file,class\na.jpg,1,2"))).hasMessageContaining("3 fields");
        assertThat(refused(() -> table("file,class\n\"a.jpg,1\n"))).hasMessageContaining("never closed");
        assertThat(refused(() -> table("file,class\n\"a\"b,1\n"))).hasMessageContaining("closing quote");
        assertThat(refused(() -> table("file,class\na.jpg,1\na.jpg,2"))).hasMessageContaining("an earlier row");
        assertThat(refused(() -> LabelTable.read(new LabelSource.Csv(temp.resolve("none.csv"), "file", "class"))))
                .hasMessageContaining("none.csv");
        ModelException column = refused(
                () -> LabelTable.read(new LabelSource.Csv(write("files,class_index\na,1"), "file", "class_idx")));
        assertThat(column.fix()).contains("file: files");
    }

    @Test
    void readsFieldsOfAllKinds() {
        assertThat(Csv.parse("a,,\r\n\"\",\"x\ny\",z\n\n,\r\nlast", "t"))
                .containsExactly(
                        new Csv.Row(1, List.of("a", "", "")),
                        new Csv.Row(2, List.of("", "x\ny", "z")),
                        new Csv.Row(5, List.of("", "")),
                        new Csv.Row(6, List.of("last")));
        assertThat(Csv.parse("", "t")).isEmpty();
        assertThat(Csv.parse("\n\n \n", "t")).isEmpty();
        assertThat(Csv.parse("a,", "t")).containsExactly(new Csv.Row(1, List.of("a", "")));
    }

    @Test
    void repeatedRowsThatAgreeAreFine() {
        assertThat(table("file,class\na.jpg,1\na.jpg,1").match(Names.of("a.jpg"), new ArrayList<>()))
                .containsExactly(1);
    }

    @Test
    void damagedTablesAreRefusedOrRead() {
        Random random = new Random(9);
        String letters = "a,\"\n\r0-9\u0000\ufeff\\/.";
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder(TABLE);
            for (int k = random.nextInt(5); k >= 0; k--) {
                text.setCharAt(random.nextInt(text.length()), letters.charAt(random.nextInt(letters.length())));
            }
            try {
                assertThat(table(text.toString()).match(Names.of("a.jpg", "sub/b.jpg"), new ArrayList<>()))
                        .hasSize(2);
            } catch (ModelException e) {
                assertThat(e.fix()).isNotBlank();
            }
        }
    }

    private LabelTable table(String text) {
        return LabelTable.read(new LabelSource.Csv(write(text), "file", "class"));
    }

    private Path write(String text) {
        try {
            return Files.write(temp.resolve("labels.csv"), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ModelException refused(ThrowingCallable call) {
        ModelException e = catchThrowableOfType(ModelException.class, call);
        assertThat(e).isNotNull();
        assertThat(e.fix()).isNotBlank();
        return e;
    }
}
