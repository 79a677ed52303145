// What does the page send in place of credentials? A mark: what a visitor without a session and without a token is refused is no news to anyone.

export const PAGE_MARK = { realtimeDashboard: true } as const;
