package io.jenkins.plugins.mlops.browser;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a screen reader says of one node: a role, a name, a description and a value, each maybe empty; {@code depth} is how deep it is
 * nested among the nodes that are said.
 */
public record Heard(int depth, String role, String name, String description, String value) {

    @Override
    public String toString() {
        return "  ".repeat(depth)
                + role
                + (name.isEmpty() ? "" : " \"" + name + "\"")
                + (value.isEmpty() ? "" : " = " + value)
                + (description.isEmpty() ? "" : " (" + description + ")");
    }

    /** Whether it has a role and a name. */
    boolean is(String wantedRole, String wantedName) {
        return role.equals(wantedRole) && name.equals(wantedName);
    }

    static List<Heard> of(Map<String, Object> answer) {
        return read(answer, null);
    }

    static List<Heard> within(Map<String, Object> answer, long backendNode) {
        return read(answer, backendNode);
    }

    private static List<Heard> read(Map<String, Object> answer, Long backendNode) {
        Map<String, Map<?, ?>> nodes = new HashMap<>();
        Map<?, ?> start = null;
        for (Object entry : (List<?>) answer.get("nodes")) {
            Map<?, ?> node = (Map<?, ?>) entry;
            nodes.put((String) node.get("nodeId"), node);
            boolean wanted = backendNode == null
                    ? node.get("parentId") == null
                    : node.get("backendDOMNodeId") instanceof Number id && id.longValue() == backendNode;
            if (start == null && wanted) {
                start = node;
            }
        }
        List<Heard> heard = new ArrayList<>();
        if (start != null) {
            collect(start, 0, nodes, heard);
        }
        return heard;
    }

    private static void collect(Map<?, ?> node, int depth, Map<String, Map<?, ?>> nodes, List<Heard> heard) {
        String role = text(node.get("role"));
        boolean said = !Boolean.TRUE.equals(node.get("ignored"))
                && !List.of("none", "generic", "InlineTextBox", "LineBreak").contains(role);
        if (said) {
            heard.add(new Heard(
                    depth, role, text(node.get("name")), text(node.get("description")), text(node.get("value"))));
        }
        if (node.get("childIds") instanceof List<?> children) {
            for (Object child : children) {
                Map<?, ?> next = nodes.get((String) child);
                if (next != null) {
                    collect(next, said ? depth + 1 : depth, nodes, heard);
                }
            }
        }
    }

    private static String text(Object value) {
        Object content = value instanceof Map<?, ?> map ? map.get("value") : null;
        return content == null ? "" : content.toString().strip();
    }
}
