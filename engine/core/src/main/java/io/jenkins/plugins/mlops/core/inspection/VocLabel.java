package io.jenkins.plugins.mlops.core.inspection;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** A label of Pascal VOC: an XML document with the image's size and a box for each object. A document type is refused. */
final class VocLabel {

    private static final int MAX_DEPTH = 50;

    private VocLabel() {}

    /**
     * The class of each object.
     *
     * @param names of the classes; null when any will do
     * @param width of the image; 0 when it is not known
     * @param height of the image; 0 when it is not known
     * @param problems hears what is wrong
     */
    static List<String> read(String xml, List<String> names, int width, int height, Consumer<String> problems) {
        Reading reading = new Reading(names, width, height, problems);
        try {
            XMLStreamReader in = factory().createXMLStreamReader(new StringReader(xml));
            try {
                reading.read(in);
            } finally {
                in.close();
            }
        } catch (XMLStreamException e) {
            problems.accept("is no XML that is read here: "
                    + String.valueOf(e.getMessage())
                            .lines()
                            .reduce((first, last) -> last)
                            .orElse(""));
        }
        return reading.classes;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        return factory;
    }

    private static final class Reading {
        private final List<String> names;
        private final int width;
        private final int height;
        private final Consumer<String> problems;
        private final List<String> classes = new ArrayList<>();
        private final List<String> path = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private final Map<String, String> object = new HashMap<>();
        private final Map<String, String> size = new HashMap<>();
        private int objects;

        Reading(List<String> names, int width, int height, Consumer<String> problems) {
            this.names = names;
            this.width = width;
            this.height = height;
            this.problems = problems;
        }

        void read(XMLStreamReader in) throws XMLStreamException {
            boolean annotation = false;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.DTD -> throw new XMLStreamException("a document type is not allowed");
                    case XMLStreamConstants.ENTITY_REFERENCE ->
                        throw new XMLStreamException("an entity is not allowed");
                    case XMLStreamConstants.START_ELEMENT -> {
                        path.add(in.getLocalName());
                        if (path.size() > MAX_DEPTH) {
                            throw new XMLStreamException("elements are nested too deep");
                        }
                        annotation |= path.get(0).equals("annotation");
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(in.getText());
                    case XMLStreamConstants.END_ELEMENT -> end();
                    default -> {}
                }
            }
            if (!annotation) {
                problems.accept("is no annotation of Pascal VOC");
            }
        }

        private void end() {
            String where = String.join("/", path);
            String value = text.toString().trim();
            switch (where) {
                case "annotation/size/width", "annotation/size/height" -> size.put(path.get(2), value);
                case "annotation/size" -> size();
                case "annotation/object/name" -> object.put("name", value);
                case "annotation/object/bndbox/xmin",
                        "annotation/object/bndbox/ymin",
                        "annotation/object/bndbox/xmax",
                        "annotation/object/bndbox/ymax" -> object.put(path.get(3), value);
                case "annotation/object" -> {
                    object();
                    object.clear();
                }
                default -> {}
            }
            path.remove(path.size() - 1);
            text.setLength(0);
        }

        private void size() {
            if (width > 0
                    && !(String.valueOf(width).equals(size.get("width"))
                            && String.valueOf(height).equals(size.get("height")))) {
                problems.accept("says that the image has " + size.get("width") + " x " + size.get("height")
                        + " pixels, and it has " + width + " x " + height);
            }
        }

        private void object() {
            String name = object.get("name");
            String where = "object " + ++objects + ": ";
            if (name == null || name.isEmpty()) {
                problems.accept(where + "it has no name");
                return;
            }
            if (names != null && !names.contains(name)) {
                problems.accept(where + "the class '" + name + "' is not there");
                return;
            }
            try {
                double left = number("xmin");
                double top = number("ymin");
                double right = number("xmax");
                double bottom = number("ymax");
                double most = width > 0 ? width : sizeOr("width");
                double lowest = height > 0 ? height : sizeOr("height");
                if (!(left < right && top < bottom)) {
                    problems.accept(where + "the box has no area");
                    return;
                }
                if (!(left >= 0 && top >= 0 && right <= most && bottom <= lowest)) {
                    problems.accept(where + "the box reaches out of the image");
                    return;
                }
            } catch (NumberFormatException e) {
                problems.accept(where + "the box is no four numbers");
                return;
            }
            classes.add(name);
        }

        private double number(String key) {
            String value = object.get(key);
            if (value == null) {
                throw new NumberFormatException(key);
            }
            return Double.parseDouble(value);
        }

        /** As the document says, which is any when it does not. */
        private double sizeOr(String key) {
            String value = size.get(key);
            double number = value == null || value.isEmpty() ? 0 : Double.parseDouble(value);
            return number > 0 ? number : Double.MAX_VALUE;
        }
    }
}
