package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.Pictures;
import dev.octavo.tasks.data.DatasetOptions.Required;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets as they are published, in small: Pascal VOC, COCO, tables, lists, masks. */
class AnnotatedDataTest {
    @TempDir
    Path folder;

    @Test
    void readsAPascalVocFolder() throws Exception {
        voc();
        Path file = Files.writeString(folder.resolve("voc.yaml"), "voc: VOC2012\nset: Segmentation/val\n");
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.BOXES))) {
            assertThat(data.size()).isEqualTo(2);
            assertThat(data.name(0)).isEqualTo("2007_000002.jpg");
            assertThat(data.measure().classes()).hasSize(20).contains("tvmonitor");
            // 1-based in the file, from 0 here; the head of the person is no object.
            assertThat(boxes(data.read(0)))
                    .containsExactly(
                            new TrueBox(14, new Box(0, 1, 3, 4), Kind.PLAIN),
                            new TrueBox(11, new Box(1.5, 0, 5, 4), Kind.DIFFICULT));
            assertThat(truth(data.read(0)).mask()).isEmpty();
            assertThat(boxes(data.read(1))).isEmpty();
        }
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.MASKS))) {
            assertThat(data.measure().classes()).hasSize(21).startsWith("background", "aeroplane");
            LabelMap mask = truth(data.read(0)).mask().orElseThrow();
            assertThat(mask.at(0, 0)).isEqualTo(15);
            assertThat(mask.at(5, 4)).isEqualTo(255);
            assertThat(mask.at(1, 0)).isZero();
        }
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT)) {
            assertThat(data.read(0).truth()).isEmpty(); // calibration reads no annotation
        }
    }

    @Test
    void missingAndBrokenAnnotationsAreNamedAndTheOthersRead() throws Exception {
        voc();
        Files.delete(folder.resolve("VOC2012/Annotations/2007_000002.xml"));
        Files.writeString(folder.resolve("VOC2012/Annotations/2007_000003.xml"), "<annotation><object>");
        Path file = Files.writeString(folder.resolve("voc.yaml"), "voc: VOC2012\n");
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.BOXES))) {
            assertThat(data.size()).isEqualTo(3);
            unreadable(data, 1, "2007_000002.xml");
            unreadable(data, 2, "no XML");
        }
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "voc: VOC2012\nset: Main/train\n");
        assertThatThrownBy(() -> Datasets.open(wrong, DatasetOptions.DEFAULT))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("train.txt");
    }

    @Test
    void xmlReadsNoFileButItself() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.txt"), "person");
        VocBoxes boxes = new VocBoxes(folder, 1, VocBoxes.CLASSES);
        String object = "<annotation><object><name>%s</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
                + "<ymax>2</ymax></bndbox></object></annotation>";
        String outside = "<!DOCTYPE a [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>" + String.format(object, "&x;");
        String inside = "<!DOCTYPE a [<!ENTITY x \"person\">]>" + String.format(object, "&x;");
        for (String xml : List.of(outside, inside)) {
            assertThatThrownBy(() -> boxes.parse(xml.getBytes(StandardCharsets.UTF_8), "a.jpg"))
                    .isInstanceOf(UnreadableSampleException.class)
                    .hasMessageContaining("a.jpg");
        }
        assertThat(boxes.parse(String.format(object, "person").getBytes(StandardCharsets.UTF_8), "a.jpg"))
                .hasSize(1);
        assertThatThrownBy(
                        () -> boxes.parse(String.format(object, "unicorn").getBytes(StandardCharsets.UTF_8), "a.jpg"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("unicorn");
        String backwards = String.format(object, "person").replace("<xmax>2", "<xmax>0");
        assertThatThrownBy(() -> boxes.parse(backwards.getBytes(StandardCharsets.UTF_8), "a.jpg"))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining("impossible box");
    }

    @Test
    void readsCocoWithGapsInItsNumbersAndCrowds() throws Exception {
        Pictures.write(folder.resolve("val/000000000139.jpg"));
        Pictures.write(folder.resolve("val/000000000285.jpg"));
        Files.writeString(folder.resolve("instances.json"), """
                { "info": { "year": 2017, "more": [1, [2], {}] },
                  "annotations": [
                    { "segmentation": [[1.5, 2, 3]], "area": 2.5, "iscrowd": 0, "image_id": 139, "bbox": [1, 2, 3.5, 1],
                      "category_id": 64, "id": 1 },
                    { "segmentation": { "counts": [1, 2], "size": [3, 4] }, "iscrowd": 1, "image_id": 139,
                      "bbox": [0, 0, 5, 5], "category_id": 1, "id": 2 } ],
                  "images": [ { "file_name": "000000000139.jpg", "id": 139, "height": 5, "width": 6 },
                              { "file_name": "000000000285.jpg", "id": 285 } ],
                  "categories": [ { "supercategory": "x", "id": 64, "name": "potted plant" },
                                  { "id": 1, "name": "person" } ] }
                """);
        Path file = Files.writeString(folder.resolve("coco.yaml"), "images: val\nboxes: { coco: instances.json }\n");
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.BOXES))) {
            assertThat(data.measure().classes()).containsExactly("person", "potted plant");
            assertThat(boxes(data.read(0)))
                    .containsExactly(
                            new TrueBox(1, new Box(1, 2, 4.5, 3), Kind.PLAIN, 2.5),
                            new TrueBox(0, new Box(0, 0, 5, 5), Kind.CROWD));
            assertThat(boxes(data.read(1))).isEmpty();
        }
        for (String damaged : List.of("{ \"images\": [", "[]", "{\"images\":[{\"id\":1,\"file_name\":\"a\"}]}")) {
            Files.writeString(folder.resolve("instances.json"), damaged);
            refused("images: val\nboxes: { coco: instances.json }\n", Required.BOXES, "instances.json");
        }
    }

    @Test
    void readsATableOfBoxesAndAListInAZip() throws Exception {
        Pictures.zip(folder.resolve("all.zip"), "images/a.jpg", "images/b.jpg", "images/c.jpg", "masks/a.png");
        Files.writeString(
                folder.resolve("boxes.csv"), "file,class,xmin,ymin,xmax,ymax\na.jpg,dog,1,1,3,3\na.jpg,1,2,2,4,5\n");
        Files.writeString(folder.resolve("list.txt"), "a 1\nb -1\n");
        String text =
                "images: all.zip/images\nlist: list.txt\nclasses: [cat, dog]\nboxes: { csv: boxes.csv, origin: 1 }\n";
        Path file = Files.writeString(folder.resolve("x.yaml"), text);
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.BOXES))) {
            assertThat(data.size()).isEqualTo(2);
            assertThat(boxes(data.read(0)))
                    .containsExactly(
                            new TrueBox(1, new Box(0, 0, 2, 2), Kind.PLAIN),
                            new TrueBox(1, new Box(1, 1, 3, 4), Kind.PLAIN));
            assertThat(data.warnings()).anyMatch(w -> w.contains("b.jpg") && w.contains("without objects"));
            assertThat(data.picture(0).width()).isEqualTo(6);
        }
        Files.writeString(folder.resolve("list.txt"), "a\nz\n");
        refused(text, Required.BOXES, "z");
        Files.writeString(folder.resolve("list.txt"), "a\n");
        refused(text.replace("[cat, dog]", "[cat]"), Required.BOXES, "boxes.csv line 2", "dog");
        refused(text.replace("all.zip/images", "all.zip/pictures"), Required.BOXES, "pictures");
        refused("images: all.zip/images\n", Required.BOXES, "no boxes");
        refused("images: all.zip/images\n", Required.MASKS, "no masks");
        Files.writeString(folder.resolve("boxes.csv"), "file,class,xmin,ymin,xmax,ymax\nq.jpg,dog,1,1,3,3\n");
        refused(text, Required.BOXES, "q.jpg", "a.jpg");
        Files.writeString(folder.resolve("boxes.csv"), "file,class,xmin,ymin,xmax,ymax\na.jpg,dog,9,1,3,3\n");
        refused(text, Required.BOXES, "boxes.csv line 2", "no box");
    }

    @Test
    void aColouredMaskIsRefused() throws Exception {
        Pictures.zip(folder.resolve("all.zip"), "images/a.jpg", "masks/a.png");
        Path file = Files.writeString(
                folder.resolve("x.yaml"), "images: all.zip/images\nmasks: all.zip/masks\nclasses: [a, b]\n");
        try (LabeledDataset data = Datasets.open(file, DatasetOptions.DEFAULT.require(Required.MASKS))) {
            unreadable(data, 0, "3 channels");
        }
    }

    private void voc() throws IOException {
        Path root = folder.resolve("VOC2012");
        for (String name : List.of("2007_000001", "2007_000002", "2007_000003")) {
            Pictures.write(root.resolve("JPEGImages/" + name + ".jpg"));
        }
        Files.createDirectories(root.resolve("ImageSets/Segmentation"));
        Files.writeString(root.resolve("ImageSets/Segmentation/val.txt"), "2007_000002\n2007_000003\n");
        Files.createDirectories(root.resolve("Annotations"));
        Files.writeString(root.resolve("Annotations/2007_000002.xml"), """
                <?xml version="1.0"?>
                <annotation><folder>VOC2012</folder><size><width>6</width></size>
                  <object><name>person</name><difficult>0</difficult>
                    <bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>5</ymax></bndbox>
                    <part><name>head</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></part>
                  </object>
                  <object><name>dog</name><pose>Left</pose><truncated>1</truncated><difficult>1</difficult>
                    <bndbox><xmax>6</xmax><xmin>2.5</xmin><ymax>5</ymax><ymin>1</ymin></bndbox></object>
                </annotation>
                """);
        Files.writeString(root.resolve("Annotations/2007_000003.xml"), "<annotation></annotation>");
        Files.createDirectories(root.resolve("SegmentationClass"));
        byte[] gray = new byte[256];
        for (int i = 0; i < 256; i++) {
            gray[i] = (byte) (i * 7);
        }
        BufferedImage mask =
                new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 256, gray, gray, gray));
        mask.getRaster().setSample(0, 0, 0, 15);
        mask.getRaster().setSample(5, 4, 0, 255);
        ImageIO.write(
                mask, "png", root.resolve("SegmentationClass/2007_000002.png").toFile());
    }

    private void refused(String text, Required what, String... said) throws IOException {
        Path file = Files.writeString(folder.resolve("refused.yaml"), text);
        ModelException e = catchThrowableOfType(
                ModelException.class, () -> Datasets.open(file, DatasetOptions.DEFAULT.require(what)));
        assertThat(e).as(text).isNotNull().hasMessageContainingAll(said);
        assertThat(e.fix()).isNotBlank();
    }

    private static void unreadable(LabeledDataset data, int index, String why) {
        assertThatThrownBy(() -> data.read(index))
                .isInstanceOf(UnreadableSampleException.class)
                .hasMessageContaining(why);
    }

    private static PictureTruth truth(Sample sample) {
        return (PictureTruth) sample.truth().orElseThrow();
    }

    private static List<TrueBox> boxes(Sample sample) {
        Optional<List<TrueBox>> boxes = truth(sample).boxes();
        return boxes.orElseThrow();
    }
}
