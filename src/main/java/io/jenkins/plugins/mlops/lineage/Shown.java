package io.jenkins.plugins.mlops.lineage;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Facts as they are shown. They come from files, servers and command lines of others: markup is the page's to escape, the rest
 * is made harmless here. Whatever is null stays null.
 */
@Restricted(NoExternalUse.class)
public final class Shown {

    private static final Set<String> LINKED = Set.of("http", "https");

    private Shown() {}

    /** Without characters that a browser, terminal or XML parser would act upon. */
    public static String text(String fact) {
        return fact == null ? null : PrintableText.of(fact);
    }

    /** The address if it is an absolute one of http or https, else null: others may be scripts. */
    public static String link(String address) {
        if (address == null) {
            return null;
        }
        try {
            URI uri = new URI(address);
            boolean linked = uri.getScheme() != null
                    && LINKED.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && uri.getRawAuthority() != null
                    && !uri.getRawAuthority().contains("@");
            return linked ? address : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** Null when it is no time. */
    public static Date time(String iso) {
        if (iso == null) {
            return null;
        }
        try {
            return Date.from(OffsetDateTime.parse(iso).toInstant());
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
