package io.jenkins.plugins.mlops.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A person in front of Chromium, without a screen: opens pages, walks through them with the keyboard, hears what a screen reader
 * would, and notices what the browser complains of. Not for several threads.
 */
public final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 900;

    /** As wide as a telephone; also what 400 % zoom leaves of a screen 1440 pixels wide (WCAG 2.1, 1.4.10). */
    private static final int NARROW = 360;

    private static final String CHROMIUM = executable("MLOPS_TEST_CHROMIUM", "chromium", "google-chrome");
    private static final String DRIVER = executable("MLOPS_TEST_CHROMEDRIVER", "chromedriver");
    /** What Jenkins' own scripts throw in a window as narrow as ours: where they look for a bar, there is none. */
    private static final Pattern JENKINS_OWN = Pattern.compile(
            "/(jsbundles/header|lib/hudson/build-caption)\\.js .*TypeError: Cannot read properties of null");

    private static final String PICTURES = System.getenv("MLOPS_TEST_PICTURES");

    private final URI root;
    private final ChromeDriver driver;
    private String user;

    /**
     * Starts a browser with nobody logged in.
     *
     * @throws org.opentest4j.TestAbortedException if the machine has no Chromium or no driver for it
     */
    public Browser(URI root) {
        assumeThere();
        this.root = root;
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--hide-scrollbars",
                "--lang=en-US",
                "--force-prefers-reduced-motion",
                "--window-size=" + WIDTH + "," + HEIGHT);
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(DRIVER))
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().pageLoadTimeout(PATIENCE.multipliedBy(4));
        cdp("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script("before.js")));
        wide();
    }

    /** Skips the test if the machine has no browser. */
    static void assumeThere() {
        assumeTrue(
                CHROMIUM != null && DRIVER != null,
                "there is no Chromium with its chromedriver: see 'Browser' in docs/testing.md");
    }

    /** What a program is called here: by the variable, else the first of the names that the PATH has. */
    private static String executable(String variable, String... names) {
        String given = System.getenv(variable);
        if (given != null) {
            return given;
        }
        return Stream.of(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
    }

    /** Logs in by the form; everybody's password is the name. */
    public Browser as(String name) {
        if (name.equals(user)) {
            return this;
        }
        driver.manage().deleteAllCookies();
        open("login");
        find("#j_username").sendKeys(name);
        find("input[name=j_password]").sendKeys(name);
        find("button[name=Submit]").click();
        await("logged in as " + name, () -> !path().startsWith("login") && !path().contains("j_spring_security_check"));
        settle();
        user = name;
        return this;
    }

    /** Opens a page of the controller and waits until it has loaded what it wants. */
    public Browser open(String path) {
        driver.get(root.resolve(path).toString());
        settle();
        return this;
    }

    /** Where the browser is, below the controller's root. */
    public String path() {
        return relative(driver.getCurrentUrl());
    }

    /** An address of the controller, below its root. */
    public String relative(String address) {
        return root.relativize(URI.create(address)).toString();
    }

    /** Waits until nothing is fetched any more. */
    public void settle() {
        await(
                "the page is quiet: " + driver.getCurrentUrl(),
                () -> Boolean.TRUE.equals(driver.executeScript("return document.readyState === 'complete'"
                        + " && (!window.testQuiet || window.testQuiet())"
                        + " && !document.querySelector('.mlops-fetched[aria-busy=true]')")));
    }

    /** Waits for something to become true. */
    public void await(String what, BooleanSupplier condition) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError(
                        "not within " + PATIENCE.toSeconds() + " s: " + what + "\nat " + driver.getCurrentUrl());
            }
            pause(50);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The page's text as it is shown. */
    public String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** The first element that a CSS selector finds. */
    public WebElement find(String selector) {
        await("there is " + selector, () -> !all(selector).isEmpty());
        return all(selector).get(0);
    }

    /** All elements that a CSS selector finds now. */
    public List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** Writes into a field in place of what is in it. */
    public Browser fill(String selector, String text) {
        WebElement field = find(selector);
        field.clear();
        field.sendKeys(text);
        return this;
    }

    /** Runs a function's body in the page. */
    public Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    // --- what the browser complains of

    /**
     * Errors of scripts, files that are missing, what the content security policy has refused, and warnings of the plugin's own scripts,
     * since last asked. Scripts of Jenkins' forms warn of other plugins' fields.
     */
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
            int level = entry.getLevel().intValue();
            if (level >= Level.SEVERE.intValue()
                    || level >= Level.WARNING.intValue() && entry.getMessage().contains("mlops")) {
                complaints.add(entry.getMessage());
            }
        }
        complaints.removeIf(JENKINS_OWN.asPredicate());
        return complaints;
    }

    /** Fails if the browser has complained of the pages since it was last asked. */
    public Browser assertQuiet() {
        assertThat(complaints())
                .as("what the browser complained of at " + path())
                .isEmpty();
        return this;
    }

    // --- how it looks

    /** A window as on a desk. */
    public Browser wide() {
        return sized(WIDTH, HEIGHT);
    }

    /** A window as on a telephone. */
    public Browser narrow() {
        return sized(NARROW, HEIGHT);
    }

    private Browser sized(int width, int height) {
        cdp(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    /** What sticks out of the window to the right and cannot be scrolled to within a box of its own: nothing is well. */
    @SuppressWarnings("unchecked")
    public List<String> overflowing(String within) {
        return (List<String>) driver.executeScript(script("overflow.js"), within);
    }

    /**
     * Asks axe-core for what WCAG 2.1 AA and its best practices forbid, within an element: contrast as computed, names, roles,
     * headings, labels, tables. A line for each element found.
     */
    @SuppressWarnings("unchecked")
    public List<String> violations(String within) {
        if (!Boolean.TRUE.equals(driver.executeScript("return typeof window.axe === 'object'"))) {
            // By the debugger, to which the content security policy does not apply.
            cdp("Runtime.evaluate", Map.of("expression", resource("/axe.min.js"), "silent", true));
        }
        driver.manage().timeouts().scriptTimeout(PATIENCE.multipliedBy(2));
        return (List<String>) driver.executeAsyncScript(script("violations.js"), within);
    }

    /** What is wrong with the charts of the page: not drawn, without a name, or pale. */
    @SuppressWarnings("unchecked")
    public List<String> chartFaults() {
        return (List<String>) driver.executeScript(script("charts.js"));
    }

    /** What is wrong with how the page is built, besides what {@link #violations} finds: headings, tables, boxes that scroll, charts. */
    @SuppressWarnings("unchecked")
    public List<String> structure(String within) {
        return (List<String>) driver.executeScript(script("structure.js"), within);
    }

    /** Takes a picture of the window's top for docs/images, when {@code MLOPS_TEST_PICTURES} names a directory for it. */
    public Browser picture(String name, int height) {
        return picture(name, new Clip(0, 0, WIDTH, height));
    }

    /** The same of a part of the page, from the first element that a selector finds to the last one, and no higher than given. */
    public Browser picture(String name, String selector, int most) {
        List<?> box = (List<?>) driver.executeScript(script("box.js"), selector);
        double[] sides =
                box.stream().mapToDouble(side -> ((Number) side).doubleValue()).toArray();
        return picture(name, new Clip(sides[0], sides[1], sides[2], Math.min(most, sides[3])));
    }

    /** A part of a page, in its pixels. */
    private record Clip(double x, double y, double width, double height) {}

    private Browser picture(String name, Clip clip) {
        if (PICTURES != null) {
            settle();
            pause(500);
            byte[] picture = shot(Map.of(
                    "format",
                    "png",
                    "captureBeyondViewport",
                    true,
                    "clip",
                    Map.of("x", clip.x, "y", clip.y, "width", clip.width, "height", clip.height, "scale", 1)));
            try {
                Path directory = Files.createDirectories(Path.of(PICTURES).toAbsolutePath());
                Files.write(directory.resolve(name + ".png"), SmallPng.of(picture));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    private byte[] shot(Map<String, Object> how) {
        return Base64.getDecoder()
                .decode((String) cdp("Page.captureScreenshot", how).get("data"));
    }

    // --- how it sounds

    /** The accessibility tree that a screen reader reads from, in reading order, without what it leaves out. */
    public List<Heard> heard() {
        cdp("Accessibility.enable", Map.of());
        return Heard.of(cdp("Accessibility.getFullAXTree", Map.of()));
    }

    /** The same within an element. */
    public List<Heard> heard(String within) {
        cdp("Accessibility.enable", Map.of());
        Object document = ((Map<?, ?>) cdp("DOM.getDocument", Map.of()).get("root")).get("nodeId");
        Object node = cdp("DOM.querySelector", Map.of("nodeId", document, "selector", within))
                .get("nodeId");
        Object backend =
                ((Map<?, ?>) cdp("DOM.describeNode", Map.of("nodeId", node)).get("node")).get("backendNodeId");
        return Heard.within(cdp("Accessibility.getFullAXTree", Map.of()), ((Number) backend).longValue());
    }

    // --- the keyboard

    /** Presses keys where the focus is. */
    public Browser press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
        return this;
    }

    /** Sets the focus, as a walk with the tabulator to there would. */
    public Browser focus(String selector) {
        driver.executeScript("arguments[0].focus({focusVisible: true})", find(selector));
        return this;
    }

    /** Presses the tabulator with Shift. */
    public Browser pressBack() {
        new Actions(driver)
                .keyDown(Keys.SHIFT)
                .sendKeys(Keys.TAB)
                .keyUp(Keys.SHIFT)
                .perform();
        return this;
    }

    /** What has the focus. */
    public WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** Puts the focus before the page's first control. */
    public Browser fromStart() {
        driver.executeScript(
                "document.activeElement.blur(); window.scrollTo(0, 0);"
                        + "const s = document.createElement('span'); s.tabIndex = -1; document.body.prepend(s); s.focus(); s.remove();");
        return this;
    }

    /** Presses Tab until what has the focus fulfils a selector; at most as often as given. */
    public WebElement tabTo(String selector, int most) {
        for (int i = 0; i < most; i++) {
            press(Keys.TAB);
            if (Boolean.TRUE.equals(
                    driver.executeScript("return document.activeElement.matches(arguments[0])", selector))) {
                return focused();
            }
        }
        throw new AssertionError("the tabulator does not reach " + selector + " at " + path());
    }

    /**
     * Walks with Tab from the page's start to its end and tells each stop within an element: what it is, and whether it can be seen that
     * it has the focus, by comparing pictures with and without.
     */
    public List<Stop> walk(String within) {
        fromStart();
        List<Stop> stops = new ArrayList<>();
        int outside = 0;
        for (int i = 0; i < 400; i++) {
            press(Keys.TAB);
            @SuppressWarnings("unchecked")
            Map<String, Object> told = (Map<String, Object>) driver.executeScript(script("stop.js"), within);
            if (told == null) {
                continue; // After the page's end comes its start; after what a list of builds has replaced, the next
                // one.
            }
            if (Boolean.TRUE.equals(told.get("again"))) {
                break;
            }
            if (!Boolean.TRUE.equals(told.get("inside"))) {
                outside++;
                continue;
            }
            stops.add(new Stop((String) told.get("what"), focused().getAccessibleName(), seen(told)));
        }
        assertThat(outside).as("stops before and after").isLessThan(390);
        return stops;
    }

    /** The controls within an element that the last {@link #walk} there should have stopped at, and did not. */
    @SuppressWarnings("unchecked")
    public List<String> unreached(String within) {
        return (List<String>) driver.executeScript(script("unreached.js"), within);
    }

    /** Whether a picture of the focused element changes when the focus goes away. */
    private boolean seen(Map<String, Object> told) {
        Map<String, Object> clip = new java.util.HashMap<>();
        for (String side : List.of("x", "y", "width", "height")) {
            clip.put(side, told.get(side));
        }
        clip.put("scale", 1);
        byte[] with = shot(Map.of("format", "png", "clip", clip, "captureBeyondViewport", true));
        driver.executeScript("window.testFocused = document.activeElement; window.testFocused.blur()");
        byte[] without = shot(Map.of("format", "png", "clip", clip, "captureBeyondViewport", true));
        driver.executeScript("window.testFocused.focus({preventScroll: true, focusVisible: true})");
        return !java.util.Arrays.equals(with, without);
    }

    /** A stop of a walk with the keyboard. */
    public record Stop(String what, String label, boolean seen) {

        @Override
        public String toString() {
            return what + " \"" + label + "\"" + (seen ? "" : " (focus not visible)");
        }
    }

    // ---

    private Map<String, Object> cdp(String command, Map<String, Object> parameters) {
        return driver.executeCdpCommand(command, parameters);
    }

    private static String script(String name) {
        return resource(name);
    }

    private static String resource(String name) {
        try (InputStream file = Browser.class.getResourceAsStream(name)) {
            return new String(
                    Optional.ofNullable(file)
                            .orElseThrow(() -> new IllegalStateException("no " + name))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }

    @Override
    public String toString() {
        return heard().stream().map(Heard::toString).collect(Collectors.joining("\n"));
    }
}
