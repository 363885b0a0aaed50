package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Objects from Pascal VOC's annotations, an XML file per picture, read when asked for. Document types and external
 * entities are refused, not read.
 *
 * @param folder with a file {@code NAME.xml} for the picture {@code NAME.jpg}
 * @param origin the coordinate of the first pixel
 * @param classes the classes' names, in order
 */
record VocBoxes(Path folder, double origin, List<String> classes) implements Boxes {
    /** Pascal VOC's own. */
    static final List<String> CLASSES = List.of(
            "aeroplane",
            "bicycle",
            "bird",
            "boat",
            "bottle",
            "bus",
            "car",
            "cat",
            "chair",
            "cow",
            "diningtable",
            "dog",
            "horse",
            "motorbike",
            "person",
            "pottedplant",
            "sheep",
            "sofa",
            "train",
            "tvmonitor");

    VocBoxes {
        classes = List.copyOf(classes);
        if (!Files.isDirectory(folder)) {
            throw new ModelException("there is no folder of annotations at " + folder, "check the path");
        }
    }

    @Override
    public List<TrueBox> of(PictureFiles.Entry picture) throws UnreadableSampleException {
        String name = picture.path();
        byte[] xml;
        try {
            xml = Files.readAllBytes(folder.resolve(picture.stem() + ".xml"));
        } catch (NoSuchFileException e) {
            throw new UnreadableSampleException(name, "it has no annotation " + picture.stem() + ".xml", e);
        } catch (IOException e) {
            throw new UnreadableSampleException(name, "its annotation cannot be read (" + e.getMessage() + ")", e);
        }
        return parse(xml, name);
    }

    List<TrueBox> parse(byte[] xml, String name) throws UnreadableSampleException {
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new ByteArrayInputStream(xml));
            try {
                return objects(reader, name);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw new UnreadableSampleException(
                    name,
                    "its annotation is no XML ("
                            + String.valueOf(e.getMessage()).replace('\n', ' ') + ")",
                    e);
        } catch (IllegalArgumentException e) {
            throw new UnreadableSampleException(
                    name, "its annotation has an impossible box (" + e.getMessage() + ")", e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("external entities are not read: " + systemId);
        });
        return factory;
    }

    /** An object's parts (head, hand …) have names and boxes of their own, so the path decides. */
    private List<TrueBox> objects(XMLStreamReader reader, String name)
            throws XMLStreamException, UnreadableSampleException {
        List<TrueBox> objects = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        Map<String, String> fields = new HashMap<>();
        StringBuilder text = new StringBuilder();
        while (reader.hasNext()) {
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                path.addLast(reader.getLocalName());
                text.setLength(0);
            } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                text.append(reader.getText());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                String at = String.join("/", path);
                if (at.equals("annotation/object")) {
                    objects.add(object(fields, name));
                    fields.clear();
                } else if (at.startsWith("annotation/object/")) {
                    fields.put(
                            at.substring("annotation/object/".length()),
                            text.toString().strip());
                }
                path.removeLast();
            } else if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw new XMLStreamException("it has a document type or an entity, which are not read");
            }
        }
        return objects;
    }

    private TrueBox object(Map<String, String> fields, String name) throws UnreadableSampleException {
        String label = fields.getOrDefault("name", "");
        if (!classes.contains(label)) {
            throw new ModelException(
                    name + " is annotated with '" + label + "', which is none of the " + classes.size() + " classes",
                    "name all classes, in the network's order, under classes");
        }
        double[] v = new double[4];
        String[] sides = {"xmin", "ymin", "xmax", "ymax"};
        for (int i = 0; i < 4; i++) {
            String text = fields.getOrDefault("bndbox/" + sides[i], "");
            try {
                v[i] = Double.parseDouble(text) - origin;
            } catch (NumberFormatException e) {
                throw new UnreadableSampleException(name, "its annotation has '" + text + "' for " + sides[i], e);
            }
        }
        Kind kind = fields.getOrDefault("difficult", "0").equals("1") ? Kind.DIFFICULT : Kind.PLAIN;
        return new TrueBox(classes.indexOf(label), new Box(v[0], v[1], v[2], v[3]), kind);
    }
}
