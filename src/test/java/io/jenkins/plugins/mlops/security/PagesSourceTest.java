package io.jenkins.plugins.mlops.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be said of all web methods and pages by looking at them. */
class PagesSourceTest {

    /**
     * They change nothing, and check who asks by themselves or by the page that they are below ({@link ReadOnlyUserTest}); that of
     * events answers other methods than POST itself.
     */
    private static final Set<String> ANSWER_GET = Set.of(
            "EventsRootAction.doDynamic",
            "KeptFiles.doDynamic",
            "KeptPictures.doDynamic",
            "ModelsRootAction.doList",
            "ModelPage.doContent",
            "ModelPage.doVersion",
            "ModelPage.doVersionContent",
            "ModelPage.doCompare",
            "ModelPage.doCompareContent",
            "ModelPage.doMove",
            "ModelPage.doMoveContent");

    private static final Pattern INLINE = Pattern.compile(
            "\\son[a-z]+=|\\sstyle=|<style|<script(?![^>]*\\ssrc=)|javascript:|<j:out|rawHtml|escape=\"false\"");

    @Test
    void whateverChangesSomethingOrTalksToAServerNeedsPost() {
        List<String> loose = WebMethods.ofPlugin().all().stream()
                .filter(method -> !WebMethods.isPost(method))
                .map(WebMethods::name)
                .filter(name -> !ANSWER_GET.contains(name))
                .toList();
        assertThat(loose).as("web methods that answer to GET").isEmpty();
        assertThat(WebMethods.ofPlugin().all()).hasSizeGreaterThan(40);
    }

    @Test
    void pagesEscapeEverythingAndHoldNoScriptOrStyle() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/resources"))) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".jelly")).toList()) {
                String text = Files.readString(page);
                assertThat(text).as(page.toString()).startsWith("<?jelly escape-by-default='true'?>");
                assertThat(INLINE.matcher(text).results().map(found -> found.group()))
                        .as(page.toString())
                        .isEmpty();
            }
        }
    }
}
